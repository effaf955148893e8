// From layers and rows to points on the plane, and from each node to its neighbours.

export const NODE = { width: 224, height: 50 };
const COLUMN = 284;
const ROW = 66;
const MARGIN = 12;

/** Places of a plan's nodes, its edges as paths, and how to go from one node to the next. */
export function placed({ nodes, edges }) {
  const points = pointsOf(nodes, edges);
  const byId = new Map(nodes.map((node) => [node.activity, node]));
  const after = neighbours(edges);
  const before = neighbours(edges.map(([one, other]) => [other, one]));
  const all = [...points.values()];
  return {
    width: Math.max(...all.map(({ x }) => x)) + NODE.width + MARGIN,
    height: Math.max(...all.map(({ y }) => y)) + NODE.height + MARGIN,
    nodes: nodes.map((node) => ({ node, ...points.get(node.activity) })),
    edges: edges.map(([from, to]) => ({ from, to, path: path(points.get(from), points.get(to)) })),
    of: (activity) => byId.get(activity),
    way: (activity) => new Set([...reached(activity, before), ...reached(activity, after)]),
    from: (activity, direction) => step(activity, direction, points, { before, after }),
  };
}

/** What stands alone comes below the rest, in as many columns as the rest has. */
function pointsOf(nodes, edges) {
  const linked = new Set(edges.flat());
  const joined = nodes.filter(({ activity }) => linked.has(activity));
  const alone = nodes.filter(({ activity }) => !linked.has(activity));
  const columns = Math.max(4, ...joined.map(({ layer }) => layer + 1));
  const rows = Math.max(0, ...joined.map(({ order }) => order + 1.5));
  const at = (column, row) => ({ x: MARGIN + column * COLUMN, y: MARGIN + row * ROW });
  return new Map([
    ...joined.map(({ activity, layer, order }) => [activity, at(layer, order)]),
    ...alone.map(({ activity }, n) => [activity, at(n % columns, rows + Math.floor(n / columns))]),
  ]);
}

function neighbours(edges) {
  const found = new Map();
  for (const [one, other] of edges) found.set(one, [...(found.get(one) ?? []), other]);
  return found;
}

function path(from, to) {
  const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = [to.x, to.y + NODE.height / 2];
  const bend = Math.max(30, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function reached(start, next) {
  const found = new Set([start]);
  for (const one of found) for (const other of next.get(one) ?? []) found.add(other);
  return found;
}

/** The node in that direction: along an edge where there is one, else the nearest there. */
function step(activity, direction, points, edges) {
  const here = points.get(activity);
  const others = [...points.keys()].filter((one) => one !== activity);
  const nearest = (ids) =>
    ids.toSorted((a, b) => distance(points.get(a), here) - distance(points.get(b), here))[0];
  switch (direction) {
    case "first":
      return [...points.keys()][0];
    case "last":
      return [...points.keys()].at(-1);
    case "after":
      return nearest(
        edges.after.get(activity) ?? others.filter((one) => points.get(one).x > here.x),
      );
    case "before":
      return nearest(
        edges.before.get(activity) ?? others.filter((one) => points.get(one).x < here.x),
      );
    case "below":
      return nearest(
        others.filter((one) => points.get(one).x === here.x && points.get(one).y > here.y),
      );
    default:
      return nearest(
        others.filter((one) => points.get(one).x === here.x && points.get(one).y < here.y),
      );
  }
}

function distance(one, other) {
  return Math.abs(one.x - other.x) + 2 * Math.abs(one.y - other.y);
}
