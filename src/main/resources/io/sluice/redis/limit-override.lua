-- Puts one override in force, or takes it back.
--
-- KEYS[1]  the hash of overrides
-- ARGV[1]  what it is for
-- ARGV[2]  its numbers as text; '' takes it back
-- ARGV[3]  how many there may be
-- returns  1, or 0 when there are too many

if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
elseif redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) then
  return 0
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
-- By the clock, so that a hash which was lost and made anew does not come back to a number that an instance knows.
local time = redis.call('TIME')
local before = tonumber(redis.call('HGET', KEYS[1], '#') or '0') or 0
redis.call('HSET', KEYS[1], '#', string.format('%.0f', math.max(before + 1, time[1] * 1000000 + time[2])))
return 1
