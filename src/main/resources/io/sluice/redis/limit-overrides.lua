-- Tells the overrides in force when they are others than the instance knows.
--
-- KEYS[1]  a hash: by what they are for, the numbers as text; '#' is another number after each change
-- ARGV[1]  the number that the instance knows, '' for none
-- returns  nothing when it is the present one, else ms since 1970, the number, and all names with their numbers

local known = redis.call('HGET', KEYS[1], '#') or '0'
if known == ARGV[1] then return false end
local time = redis.call('TIME')
local reply = {time[1] * 1000 + math.floor(time[2] / 1000), known}
for i, text in ipairs(redis.call('HGETALL', KEYS[1])) do reply[i + 2] = text end
return reply
