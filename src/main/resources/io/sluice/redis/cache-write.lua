-- Puts a commit's barriers and, if no other barrier came since it began, stores what it wrote as if loaded right after.
-- KEYS: barriers, instances, register, entry. ARGV: as tell; 1 if there is a register; how many names, names; then, if something
-- is to be stored: instant of its begin, how old that may be, its lifetime (both in microseconds), value, names of the entry.
-- Stored is the start it got, or -1.
local set = KEYS[1]
local register = ARGV[6] == '1' and KEYS[3]
local last = 7 + tonumber(ARGV[7])
local begun = tonumber(ARGV[last + 1] or '0')
local now = present(set)

-- An instant that was never given out here is another server's.
local stores = begun > 0 and begun <= tonumber(redis.call('ZSCORE', set, '@')) and now - begun <= tonumber(ARGV[last + 2])
if stores then
  local names = {}
  for i = last + 5, #ARGV do
    local name = ARGV[i]
    names[#names + 1] = name
    local barrier = tonumber(redis.call('ZSCORE', set, name) or '-1')
    local at, before = own(register, name, begun)
    if at == barrier then
      barrier = before -- what the own barrier hides
    end
    stores = stores and barrier < begun
  end
  stores = stores and tonumber(redis.call('ZSCORE', set, '*') or '0') < begun and not softened(set, begun, names)
end

-- What was loaded since may hold a later commit that is not told yet: readers would go backwards. (One from the future is another clock's.)
if stores then
  local there = redis.pcall('GETRANGE', KEYS[4], 0, 9)
  if type(there) == 'string' and #there == 10 and string.byte(there, 1) == ENTRY then
    local kind, start = struct.unpack('>Bd', there, 2)
    stores = kind == 2 or start <= begun or start > now
  end
end

local message, instants = {}, {}
local at = put(set, register, begun > 0 and begun or math.huge, 8, last, message, instants)
tell(set, at, message)
local start = -1
if stores then
  start = instant(set)
  local value = ARGV[last + 4]
  value = string.sub(value, 1, 2) .. struct.pack('>d', start) .. string.sub(value, 11)
  redis.call('SET', KEYS[4], value, 'PX', math.ceil(tonumber(ARGV[last + 3]) / 1000))
end
return reply(KEYS[2], instants, start)
