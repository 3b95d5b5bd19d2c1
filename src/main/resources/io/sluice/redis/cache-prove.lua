-- Proves a subscription alive: registers the instance, and sends it a nonce behind all barriers published so far.
-- KEYS: barriers, instances. ARGV: instance, its channel, nonce, channel of barriers.
-- Returns the floor. On another server than the barriers were written on (restart, failover) some may be lost: the floor becomes now first.
local set = KEYS[1]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
present(set)
if not redis.call('ZSCORE', set, '#' .. run) then
  local at = instant(set)
  redis.call('DEL', set)
  redis.call('ZADD', set, at, '*', at, '@', '+inf', '#' .. run)
  redis.call('PUBLISH', ARGV[4], struct.pack('>dHHHc0', at, 0, 0, 1, '*'))
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- '@' holds, negated, since when the register exists: it is complete once every instance has had time to come back.
redis.call('ZADD', KEYS[2], 'NX', -now, '@')
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, string.format('%.0f', now - 2000000))
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return redis.call('ZSCORE', set, '*')
