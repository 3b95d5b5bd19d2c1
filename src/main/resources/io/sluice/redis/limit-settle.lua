-- Corrects what was taken, one correction after another, at one instant. Follows limit-counters.lua.
--
-- KEYS     the counters, each once
-- ARGV[2]  the corrections: per correction the limit's number, the key's number, 1 (give back), 2 (charge), 3 (renew) or 4 (release),
--          units, the receipt's instant, arrival time and sum given back, and the holder
-- returns  1

local CORRECTION, SIZE = 'I2I2BI7I7I7I7c8', 41
local GIVE_BACK, CHARGE, RENEW = 1, 2, 3
-- What four bytes hold, and µs and sums that stay below 2^53.
local MOST_COUNTED, MOST, FARTHEST = 4294967295, 4503599627370496, 4e15

local function give_back_hit(s, units, at)
  if s.foreign then return end
  local member = redis.call('ZRANGEBYSCORE', s.key, string.format('%.0f', at), string.format('%.0f', at))[1]
  if not member or #member ~= 14 then return end
  local _, had = decode('>I7I7', member)
  local back = math.min(units, had)
  redis.call('ZREM', s.key, member)
  if back < had then redis.call('ZADD', s.key, string.format('%.0f', at), pack('>I7I7', at, had - back)) end
  if at > now - s.w then s.live = s.live - back end
  log_total(s, s.total - back)
end

-- As far as it creates no budget; whether anything changed.
local function give_back(s, limit, units, at, arrival, given)
  if s.w ~= limit.w or s.q ~= limit.q then return false end
  if limit.algorithm == FIXED then
    if bounds(s.w, math.max(now, s.last)) ~= at or s.last < at then return false end
    s.count = math.max(0, s.count - units)
  elseif limit.algorithm == SLIDING then
    local index = floor(at / s.slot) - s.oldest + 1
    if index < 1 or index > s.n then return false end
    local counted = ring_count(s, index)
    local back = math.min(units, counted)
    if index == s.n then
      s.tail = s.tail - back
    else
      s.body = s.body:sub(1, 4 * index - 4) .. pack('>I4', counted - back) .. s.body:sub(4 * index + 1)
    end
    s.total = s.total - back
  else
    if not s.born or s.born ~= at then return false end
    local rest = s.w % s.q
    local whole = units * ((s.w - rest) / s.q) + floor(units * rest / s.q)
    local back = math.min(whole, arrival - math.max(0, s.given - given) - s.latest, s.kept_at - s.latest)
    if back <= 0 then return false end
    s.kept_at, s.given = s.kept_at - back, s.given + back
    s.as_kept = true
    s.at, s.part = now, 0
    if s.kept_at >= now then s.at, s.part = s.kept_at, s.kept_part end
  end
  return true
end

local function charge(s, limit, units)
  if limit.algorithm == FIXED then
    s.count = s.count + math.min(units, MOST - s.count)
    if now > s.last then s.last = now end
  elseif limit.algorithm == SLIDING then
    if now > s.last then s.last = now end
    ring_add(s, floor(s.last / s.slot), math.min(units, MOST_COUNTED - s.total))
  else
    if units <= limit.capacity then
      s.at, s.part = bucket_after(s, units)
    else
      s.at = s.at + (s.part > 0 and 1 or 0) + math.min(ceil(units * s.w / s.q), FARTHEST)
      s.part = 0
    end
    if s.at - now > FARTHEST then s.at, s.part = now + FARTHEST, 0 end
    if s.born then
      s.latest = math.max(s.latest, now)
      s.kept_at, s.kept_part, s.as_kept = s.at, s.part, false
    end
  end
end

local values = redis.call('MGET', unpack(KEYS))
local states, dirty = {}, {}
for i = 1, #ARGV[2] / SIZE do
  local l, k, kind, units, at, arrival, given, holder = decode('>' .. CORRECTION, ARGV[2], (i - 1) * SIZE + 1)
  local limit, key = limits[l], KEYS[k]
  local s = states[k]
  if not s or (limit.algorithm == LOG and s.w ~= limit.w) then
    s = load(values[k], limit, key)
    states[k] = s
  end
  if limit.algorithm > LOG then
    if kind == RENEW then
      slots_hold(s, holder)
    elseif not s.foreign then
      redis.call('ZREM', key, holder)
    end
  elseif limit.algorithm == LOG then
    if kind == CHARGE then
      log_add(s, math.min(units, MOST - s.total))
    else
      give_back_hit(s, units, at)
    end
  elseif kind == CHARGE then
    if s.w ~= limit.w or s.q ~= limit.q then
      s = changed(s, limit)
      states[k] = s
    end
    charge(s, limit, units)
    dirty[k] = limit.algorithm
  elseif kind == GIVE_BACK and give_back(s, limit, units, at, arrival, given) then
    dirty[k] = limit.algorithm
  end
end
for k, algorithm in pairs(dirty) do write(KEYS[k], states[k], algorithm) end
return 1
