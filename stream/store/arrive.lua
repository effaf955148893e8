-- Notes what arrived: sets each of KEYS that is not there, for ARGV[1] seconds, to its digest
-- (ARGV[2..]). Returns what each was before; false where it was not there.
local found = {}
for place, name in ipairs(KEYS) do
    local before = redis.call('GET', name)
    if not before then
        redis.call('SET', name, ARGV[place + 1], 'EX', ARGV[1])
    end
    found[place] = before
end
return found
