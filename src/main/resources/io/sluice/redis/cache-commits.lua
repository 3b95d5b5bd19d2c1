-- Common to the scripts that put barriers. A commit that is told by its id has a hash of its own for a minute: by name, the instant of
-- its barrier and that of the latest one before (-1: none), which it hides. So it is not put again when it is told again, and what it wrote through is
-- not taken for another's. What is lost of it is put again.
local MINUTE = 60000
local MOST_NAMES = 100

-- The commit's own barrier on a name, and the one before; nothing where there is none after that instant.
local function own(register, name, after)
  local value = register and redis.pcall('HGET', register, name)
  if type(value) == 'string' and #value == 16 then
    local at, before = struct.unpack('>dd', value)
    if at > after then
      return at, before
    end
  end
end

-- Puts a commit's barriers where they are missing: the names ARGV[first] to ARGV[last], at a new instant. 'after' is as in own: ids
-- may come again when a database has lost commits. What was put goes into 'message', the instant that holds for each name into 'instants'.
-- Returns the instant.
local function put(set, register, after, first, last, message, instants)
  local at = instant(set)
  after = math.max(after, tonumber(redis.call('ZSCORE', set, '*') or '0'))
  local known = {}
  for i = first, last do
    local name = ARGV[i]
    local mine = own(register, name, after)
    instants[#instants + 1] = mine or at
    if not mine then
      known[#known + 1] = name
      known[#known + 1] = struct.pack('>dd', at, tonumber(redis.call('ZSCORE', set, name) or '-1'))
    end
  end
  for i = 1, #known, 2 do
    local name = known[i]
    message[#message + 1] = struct.pack('>Hc0', #name, name)
    if name == '*' then
      redis.call('ZADD', set, at, '*')
    elseif string.sub(name, 1, 1) == '~' then
      redis.call('ZADD', set, at, name, at, '~')
    else
      redis.call('ZADD', set, at, name)
    end
  end
  if register and #known > 0 then
    if #known / 2 + redis.call('HLEN', register) <= MOST_NAMES then
      redis.call('HSET', register, unpack(known))
      redis.call('PEXPIRE', register, MINUTE)
    else
      redis.call('DEL', register)
    end
  end
  return at
end

-- Forgets what may be forgotten, and tells the fleet what was put: also where that is nothing, since who confirms it has heard all before.
-- ARGV: most names kept, longest life of an entry in microseconds, channel, sender, its number.
local function tell(set, at, message)
  -- Entries older than the longest life are gone: their barriers may be forgotten below a floor. So may any others.
  local floor = math.max(tonumber(redis.call('ZSCORE', set, '*') or '0'), at - tonumber(ARGV[2]))
  local most = tonumber(ARGV[1])
  local size = redis.call('ZCARD', set)
  if size > most then
    local cut = size - math.floor(most * 0.9)
    floor = math.max(floor, tonumber(redis.call('ZRANGE', set, cut - 1, cut - 1, 'WITHSCORES')[2]))
  end
  floor = math.min(floor, at)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', floor))
  redis.call('ZADD', set, floor, '*', at, '@')
  local head = struct.pack('>dHc0Hc0', at, #ARGV[4], ARGV[4], #ARGV[5], ARGV[5])
  redis.call('PUBLISH', ARGV[3], head .. table.concat(message))
end

-- {instants of the names, 1 if the instances are known completely, what was stored, instances...}
local function reply(instances, instants, stored)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local since = redis.call('ZSCORE', instances, '@')
  local all = { instants, since and now + tonumber(since) > 2000000 and 1 or 0, stored }
  for _, instance in ipairs(redis.call('ZRANGEBYSCORE', instances, string.format('%.0f', now - 2000000), '+inf')) do
    all[#all + 1] = instance
  end
  return all
end
