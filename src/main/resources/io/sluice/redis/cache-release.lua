-- Gives a lease back if it is still its own, and tells those who wait. KEYS: lease. ARGV: token, channel, message.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
local waited = redis.call('HGET', KEYS[1], 'waited')
redis.call('DEL', KEYS[1])
if waited then
  redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 1
