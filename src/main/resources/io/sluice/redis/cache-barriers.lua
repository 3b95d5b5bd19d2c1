-- Common to the cache scripts. One sorted set holds, by name, the instant (microseconds) up to which loads are void; '*'
-- is the floor for every name, '~' and a name its soft barrier (loads up to it are stale, not void), '~' alone the last soft
-- one of any name, '@' the last instant given out, '#' and a run_id the server this set was written on.
-- It is one key, so that eviction cannot take a barrier without taking all of them.

-- The version that an entry's first byte says, as in EntryCodec and in the entries' keys. What says another is nobody's entry.
local ENTRY = 2

-- The present: never earlier than an instant given out. A set that is gone may have held anything: the floor is now.
local function present(set)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local last = redis.call('ZSCORE', set, '@')
  if last then
    return math.max(now, tonumber(last))
  end
  redis.call('ZADD', set, now, '*', now, '@')
  return now
end

-- An instant that was never given out before.
local function instant(set)
  local now = present(set)
  local last = tonumber(redis.call('ZSCORE', set, '@'))
  if now <= last then
    now = last + 1
  end
  redis.call('ZADD', set, now, '@')
  return now
end

local function is_void(set, start, names)
  local floor = redis.call('ZSCORE', set, '*')
  if floor and start <= tonumber(floor) then
    return true
  end
  for _, name in ipairs(names) do
    local barrier = redis.call('ZSCORE', set, name)
    if barrier and start <= tonumber(barrier) then
      return true
    end
  end
  return false
end

-- Since when a load is stale by a soft barrier: the earliest that is not earlier than its start. False: it is not.
local function softened(set, start, names)
  local last = redis.call('ZSCORE', set, '~')
  if not last or start > tonumber(last) then
    return false
  end
  local earliest = tonumber(redis.call('ZSCORE', set, '~*') or '-1')
  earliest = earliest >= start and earliest
  for _, name in ipairs(names) do
    local barrier = tonumber(redis.call('ZSCORE', set, '~' .. name) or '-1')
    if barrier >= start and (not earliest or barrier < earliest) then
      earliest = barrier
    end
  end
  return earliest
end
