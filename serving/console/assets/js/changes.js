// What became different between two queues of the same learner.

/** `marks`: activity -> "new" or by how many places it rose (> 0) or fell; `left`: items. */
export function compare(before, after) {
  const ranks = new Map(before.items.map((item) => [item.activity, item.rank]));
  const marks = new Map();
  for (const { activity, rank } of after.items) {
    const was = ranks.get(activity);
    if (was === undefined) marks.set(activity, "new");
    else if (was !== rank) marks.set(activity, was - rank);
  }
  const stayed = new Set(after.items.map((item) => item.activity));
  return { marks, left: before.items.filter((item) => !stayed.has(item.activity)) };
}

export function markText(mark) {
  if (mark === "new") return "new";
  return mark > 0 ? `▲ up ${mark}` : `▼ down ${-mark}`;
}

/** One sentence for people who do not see it happen. */
export function told({ marks, left }, after) {
  const fresh = [...marks.values()].filter((mark) => mark === "new").length;
  const parts = [fresh && `${fresh} new`, left.length && `${left.length} left`].filter(Boolean);
  const first = after.items[0];
  const now = first ? `First is now ${first.title}.` : "It is empty now.";
  return `The queue changed${parts.length ? `: ${parts.join(", ")}` : ""}. ${now}`;
}
