-- Puts a barrier at the present and tells the fleet. KEYS: barriers, instances.
-- ARGV: most names kept, longest life of an entry in microseconds, channel, sender, its number, names.
-- Returns {instant, 1 if the instances are known completely, instances...}.
local set = KEYS[1]
local at = instant(set)
local message = { struct.pack('>dHc0Hc0', at, #ARGV[4], ARGV[4], #ARGV[5], ARGV[5]) }
local floor = tonumber(redis.call('ZSCORE', set, '*') or '0')
for i = 6, #ARGV do
  local name = ARGV[i]
  message[#message + 1] = struct.pack('>Hc0', #name, name)
  if name == '*' then
    floor = at
  elseif string.sub(name, 1, 1) == '~' then
    redis.call('ZADD', set, at, name, at, '~')
  else
    redis.call('ZADD', set, at, name)
  end
end

-- Entries older than the longest life are gone: their barriers may be forgotten below a floor. So may any others.
floor = math.max(floor, at - tonumber(ARGV[2]))
local most = tonumber(ARGV[1])
local size = redis.call('ZCARD', set)
if size > most then
  local cut = size - math.floor(most * 0.9)
  floor = math.max(floor, tonumber(redis.call('ZRANGE', set, cut - 1, cut - 1, 'WITHSCORES')[2]))
end
if floor >= at then
  floor = at
end
redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', floor))
redis.call('ZADD', set, floor, '*', at, '@')
redis.call('PUBLISH', ARGV[3], table.concat(message))

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local since = redis.call('ZSCORE', KEYS[2], '@')
local reply = { at, since and now + tonumber(since) > 2000000 and 1 or 0 }
for _, instance in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], string.format('%.0f', now - 2000000), '+inf')) do
  reply[#reply + 1] = instance
end
return reply
