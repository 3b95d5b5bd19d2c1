-- Keeps who lives: a sorted set of instances by the instant, in ms, until which each counts.
--
-- KEYS[1]  the set
-- ARGV[1]  the instance
-- ARGV[2]  for how long it lives from now, ms; 0: it leaves
-- returns  how many live

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if life > 0 then
  redis.call('ZADD', KEYS[1], now + life, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], life)
else
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return redis.call('ZCARD', KEYS[1])
