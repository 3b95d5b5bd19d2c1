-- Stores a finished load if no barrier refuses it and the lease is still its own, and gives the lease back.
-- KEYS: entry, lease, barriers, marker. ARGV: token, start, lifetime in microseconds from start, value, marker or '',
-- channel, message, names of the entry.  Returns 0 stored, 1 void, 2 lost.
local set = KEYS[3]
local start = tonumber(ARGV[2])
local names = {}
for i = 8, #ARGV do
  names[#names + 1] = ARGV[i]
end
local now = present(set)
local void = is_void(set, start, names) or softened(set, start, names)
local held = redis.call('HGET', KEYS[2], 'token') == ARGV[1]
local life = math.ceil((start + tonumber(ARGV[3]) - now) / 1000)
local stored = held and not void and life > 0

-- A variant may have been stored under a lease of its own meanwhile. (One from the future is another clock's.)
if stored then
  local there = redis.pcall('GETRANGE', KEYS[1], 0, 9)
  if type(there) == 'string' and #there == 10 and string.byte(there, 1) == ENTRY then
    local kind, other = struct.unpack('>Bd', there, 2)
    stored = kind == 2 or other <= start or other > now
  end
end
if stored then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', life)
  if ARGV[5] ~= '' then
    redis.call('SET', KEYS[4], ARGV[5], 'PX', math.max(life, redis.call('PTTL', KEYS[4])))
  end
end
if held then
  local waited = redis.call('HGET', KEYS[2], 'waited')
  redis.call('DEL', KEYS[2])
  if waited then
    redis.call('PUBLISH', ARGV[6], ARGV[7])
  end
end
return stored and 0 or void and 1 or 2
