-- Compare and set of one partition: all of a batch becomes visible, or nothing does.
-- KEYS: 1 fence, 2 offset, 3 due, 4 outbox, 5 statements of this generation,
--       6 statements of the generation that has left the window, 7 base, 8 adoptions,
--       9 what was taken in for the adopted base, then one key a model,
--       one key a blob (states and queues).
-- ARGV: fence, expected offset, new offset, lifetime of the statement window in seconds,
--       number of models, expected base, adopted base (or the expected one), longest list of
--       adoptions, then runs, each led by the number of its arguments, and lists, each one argument
--       in which every part is led by its length in 4 bytes (thousands are sent sooner so):
--       run of due (score, learner ...), of forgotten (learner ...), of acknowledged (learner,
--       token ...), of the outbox (the same), list of statements (id, receipt ...), for each model
--       the run of its dropped names and the list of its changed ones (name, numbers ...),
--       run of blobs (value, seconds ...).
-- Returns 1 when written; 0 when another owner has claimed the partition, when the offset or the
-- base is neither the one this owner left nor the one it is writing (a reply that got lost), or
-- when the base to adopt is no longer offered to this partition.
local found = redis.call('GET', KEYS[2]) or '-1'
if redis.call('GET', KEYS[1]) ~= ARGV[1] or (found ~= ARGV[2] and found ~= ARGV[3]) then
  return 0
end
local base = redis.call('GET', KEYS[7]) or '0'
local adopts = ARGV[6] ~= ARGV[7]
if base ~= ARGV[6] and base ~= ARGV[7] then
  return 0
end
if adopts and base ~= ARGV[7] then
  if redis.call('DEL', KEYS[9]) == 0 then
    return 0
  end
  redis.call('SET', KEYS[7], ARGV[7])
  redis.call('RPUSH', KEYS[8], ARGV[7] .. ' ' .. ARGV[3])
  redis.call('LTRIM', KEYS[8], -ARGV[8], -1)
end
if ARGV[3] ~= found then
  redis.call('SET', KEYS[2], ARGV[3])
end

local CHUNK = 4000
local at = 9
local function run()
  local first = at + 1
  at = first + tonumber(ARGV[at])
  return first, at - 1
end
local function spread(command, key, from, first, last)
  for i = first, last, CHUNK do
    redis.call(command, key, unpack(from, i, math.min(i + CHUNK - 1, last)))
  end
  return last >= first
end
local function spread_run(command, key)
  return spread(command, key, ARGV, run())
end
local function spread_list(command, key)
  local packed, parts, count, place = ARGV[at], {}, 0, 1
  at = at + 1
  while place <= #packed do
    count = count + 1
    parts[count], place = struct.unpack('<I4c0', packed, place)
  end
  return spread(command, key, parts, 1, count)
end

spread_run('ZADD', KEYS[3])
spread_run('ZREM', KEYS[3])
local first, last = run()
for i = first, last, 2 do
  if redis.call('HGET', KEYS[4], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[4], ARGV[i])
  end
end
spread_run('HSET', KEYS[4])
if spread_list('HSET', KEYS[5]) then
  redis.call('EXPIRE', KEYS[5], ARGV[4])
  redis.call('DEL', KEYS[6])
end
local k = 9
for _ = 1, tonumber(ARGV[5]) do
  k = k + 1
  if adopts then
    redis.call('DEL', KEYS[k])
  end
  spread_run('HDEL', KEYS[k])
  spread_list('HSET', KEYS[k])
end
first, last = run()
for i = first, last, 2 do
  k = k + 1
  redis.call('SET', KEYS[k], ARGV[i], 'EX', ARGV[i + 1])
end
return 1
