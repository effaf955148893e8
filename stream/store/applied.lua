-- Receipts of the newest two generations of a partition.
-- KEYS[1]: last applied offset; ARGV[1]: offsets of a generation; ARGV[2]: how names of
-- generations begin, in the same slot as KEYS[1]; ARGV[3..]: ids. Returns false for each unknown id.
local newest = math.floor(math.max(tonumber(redis.call('GET', KEYS[1]) or 0), 0) / ARGV[1])
local found = {}
for place = 3, #ARGV do
    local receipt = redis.call('HGET', ARGV[2] .. string.format('%d', newest), ARGV[place])
    if not receipt and newest > 0 then
        receipt = redis.call('HGET', ARGV[2] .. string.format('%d', newest - 1), ARGV[place])
    end
    found[place - 2] = receipt
end
return found
