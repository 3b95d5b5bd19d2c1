-- Reads a place and takes the load lease where a load is due and nobody else holds it.
-- KEYS: entry, lease, barriers. ARGV: lease in ms (0: only reads, as if another held it), token, '1' to disregard the entry, start of the entry whose
-- refresh is due by the caller's word, names the key always carries.
-- Returns {0 fresh | 1 leased | 2 held | 3 marker, now, entry, instant of the lease or microseconds it still lasts, instant since
-- which the entry is stale by a soft barrier or false}.
local set = KEYS[3]
local now = present(set)
local value = ARGV[3] ~= '1' and redis.pcall('GET', KEYS[1])
if type(value) ~= 'string' then
  value = false
end
local stale = false

if value and #value > 28 and string.byte(value, 1) == ENTRY then
  local kind, start, fresh, refresh, tags = struct.unpack('>BdddH', value, 2)
  if kind == 2 then
    return { 3, now, value, 0, false }
  end
  local names = {}
  for i = 5, #ARGV do
    names[#names + 1] = ARGV[i]
  end
  local sound = pcall(function()
    local at = 29
    for _ = 1, tags do
      local tag
      tag, at = struct.unpack('>Hc0', value, at)
      names[#names + 1] = 't:' .. tag
    end
  end)
  if not sound or is_void(set, start, names) then
    value = false
  else
    stale = softened(set, start, names)
    if not stale and now < start + fresh and now < start + refresh and start ~= tonumber(ARGV[4]) then
      return { 0, now, value, 0, false }
    end
  end
end

if ARGV[1] == '0' then
  return { 2, now, value, 0, stale }
end
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HSET', KEYS[2], 'waited', '1')
  return { 2, now, value, math.max(0, redis.call('PTTL', KEYS[2])) * 1000, stale }
end
local start = instant(set)
redis.call('HSET', KEYS[2], 'token', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return { 1, now, value, start, stale }
