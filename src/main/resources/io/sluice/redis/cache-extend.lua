-- Lets a lease that is still its own live on. KEYS: lease. ARGV: token, lease in ms.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
