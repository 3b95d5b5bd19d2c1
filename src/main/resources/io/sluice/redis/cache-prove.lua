-- Proves a subscription alive: registers the instance, and sends it a nonce behind all barriers published so far.
-- KEYS: barriers, instances. ARGV: instance, its channel, nonce, channel of barriers.
-- Returns the floor. On another server than the barriers were written on (restart, failover) some may be lost: the floor becomes now first.
local set = KEYS[1]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local last, known, floor = unpack(redis.call('ZMSCORE', set, '@', '#' .. run, '*'))
if not (last and known) then
  present(set)
  local at = instant(set)
  redis.call('DEL', set)
  redis.call('ZADD', set, at, '*', at, '@', '+inf', '#' .. run)
  redis.call('PUBLISH', ARGV[4], struct.pack('>dHHHc0', at, 0, 0, 1, '*'))
  floor = redis.call('ZSCORE', set, '*')
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- '@' holds, negated, since when the register exists: it is complete once every instance has had time to come back.
if redis.call('ZADD', KEYS[2], now, ARGV[1]) > 0 then
  redis.call('ZADD', KEYS[2], 'NX', -now, '@')
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, string.format('%.0f', now - 2000000))
redis.call('PUBLISH', ARGV[2], ARGV[3])
return floor
