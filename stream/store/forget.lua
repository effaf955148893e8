-- All of a learner in one partition goes, or nothing does.
-- KEYS: 1 fence, 2 due, 3 outbox, 4 state, 5 queue, 6 what was forgotten under this word, 7 numbers
--       of the model that knows what was offered, then the generations of statements.
-- ARGV: fence, learner, seconds that 6 is kept, rows that models held, then for 7 and each
--       generation the number of its fields that go, and those.
-- Returns what was forgotten under this word, numbers parted by blanks; false where another owner
-- has claimed the partition.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return false
end
local CHUNK = 4000
local at = 5
local function drop(key)
  local count, last = 0, at + tonumber(ARGV[at])
  for i = at + 1, last, CHUNK do
    count = count + redis.call('HDEL', key, unpack(ARGV, i, math.min(i + CHUNK - 1, last)))
  end
  at = last + 1
  return count
end
local offers = tonumber(ARGV[4]) + drop(KEYS[7])
local receipts = 0
for k = 8, #KEYS do
  receipts = receipts + drop(KEYS[k])
end
local counts = {
  redis.call('DEL', KEYS[4]),
  redis.call('DEL', KEYS[5]),
  receipts,
  redis.call('ZREM', KEYS[2], ARGV[2]) + redis.call('HDEL', KEYS[3], ARGV[2]),
  offers,
}
local place = 0
for before in string.gmatch(redis.call('GET', KEYS[6]) or '', '%d+') do
  place = place + 1
  counts[place] = counts[place] + tonumber(before)
end
local told = table.concat(counts, ' ')
redis.call('SET', KEYS[6], told, 'EX', ARGV[3])
return told
