-- Common to the scripts that decide and correct limits: the counters, as they are kept and as they are counted in.
--
-- ARGV[1]  the limits: per limit algorithm (1 fixed window, 2 sliding window, 3 token bucket, 4 sliding log, 5 concurrency), shadow,
--          quota, capacity, and the terms that a counter is kept under, q and w: of a token bucket quota/window (in µs) in
--          lowest terms, else 0 and the window (0: calendar month); of a token bucket also how long its capacity takes, in µs and
--          q-ths of one, and in q-ths altogether when that stays exact, else 0
--
-- All numbers are integers below 2^53, where doubles are exact. Nothing is written for a denial. A clock that steps
-- back gives nothing back: a fixed window counts as at the latest take, no slot of a sliding one leaves before its time, and an
-- arrival time never moves back.

local FIXED, SLIDING, BUCKET, LOG = 1, 2, 3, 4
local LIMIT, LIMIT_FIELDS, LIMIT_SIZE = 'BBI7I7I7I7I7I7I7', 9, 51
-- How long after its latest instant a bucket keeps what giving back needs, µs.
local KEPT = 1000000
-- How far ahead of now a slice may be accounted, µs: a take that is further ahead says that the clock has stepped back.
local LONGEST_LIFE = 200000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local floor, ceil, decode, pack = math.floor, math.ceil, struct.unpack, struct.pack

-- First instant of the window, or of the month when that is 0, that holds t, and first instant after it.
local function bounds(window, t)
  if window > 0 then
    local start = floor(t / window) * window
    return start, start + window
  end
  -- Hinnant, civil_from_days and days_from_civil: months are counted from March of year 0.
  local day = 86400000000
  local function month_start(m)
    local y = floor(m / 12)
    local era = floor(y / 400)
    local yoe = y - era * 400
    local doy = floor((153 * (m - y * 12) + 2) / 5)
    return (era * 146097 + yoe * 365 + floor(yoe / 4) - floor(yoe / 100) + doy - 719468) * day
  end
  local z = floor(t / day) + 719468
  local era = floor(z / 146097)
  local doe = z - era * 146097
  local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
  local months = (era * 400 + yoe) * 12 + floor((5 * doy + 2) / 153)
  return month_start(months), month_start(months + 1)
end

-- Sliding window: counts of sub-windows (slots) of ceil(window/60), 4 bytes each in body from the oldest that has one,
-- the newest apart in tail.
local function ring_count(r, i)
  if i == r.n then return r.tail end
  return decode('>I4', r.body, 4 * i - 3)
end

local function ring_add(r, number, units)
  if r.n == 0 then
    r.oldest, r.n, r.tail = number, 1, units
  else
    local gap = number - (r.oldest + r.n - 1)
    if gap == 0 then
      r.tail = r.tail + units
    else
      r.body = r.body .. pack('>I4', r.tail) .. string.rep('\0\0\0\0', gap - 1)
      r.n, r.tail = r.n + gap, units
    end
  end
  r.total = r.total + units
end

-- Until enough slots have left for what is too much.
local function ring_wait(r, excess)
  for i = 1, r.n do
    excess = excess - ring_count(r, i)
    if excess <= 0 then return (r.oldest + i) * r.slot + r.w - now end
  end
end

-- Token bucket (GCRA, ITU-T I.371): the arrival time at + part/q µs after so many units more.
local function bucket_after(b, units)
  local q = b.q
  local rest = b.w % q
  local spread = units * rest
  local part = b.part + spread % q
  local at = b.at + units * ((b.w - rest) / q) + (spread - spread % q) / q
  if part >= q then return at + 1, part - q end
  return at, part
end

-- Without products that could pass 2^53.
local function bucket_wait(b, limit, units)
  local at, part = bucket_after(b, units)
  local over = at - now - limit.whole
  if part > limit.part then return over + 1 end
  return over
end

-- Sliding log: a sorted set of hits by instant, µs, each member the instant and its units; before them, at -1, 'T' and the total.
local function log_load(key, w)
  local head = redis.pcall('ZRANGE', key, 0, 0)
  local s = {q = 0, w = w, key = key, total = 0, live = 0, foreign = head.err ~= nil}
  if s.foreign or not head[1] or #head[1] ~= 8 then return s end
  s.total = decode('>I7', head[1], 2)
  s.live = s.total
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, 0, string.format('%.0f', now - w))) do
    local _, units = decode('>I7I7', member)
    s.live = s.live - units
  end
  return s
end

-- Until enough hits have left for what is too much; where that are very many instants, until all have: so far one call looks.
local function log_wait(s, excess)
  local at, units = now - s.w, 0
  for page = 1, 64 do
    local members = redis.call('ZRANGEBYSCORE', s.key, string.format('(%.0f', at), '+inf', 'LIMIT', 0, 64)
    if #members == 0 then return 0 end
    for _, member in ipairs(members) do
      if #member == 14 then
        at, units = decode('>I7I7', member)
        excess = excess - units
        if excess <= 0 then return at + s.w - now end
      end
    end
  end
  local newest = redis.call('ZRANGE', s.key, -1, -1)[1]
  return #newest == 14 and decode('>I7', newest) + s.w - now or s.w
end

local function log_total(s, total)
  redis.call('ZREMRANGEBYSCORE', s.key, -1, -1)
  redis.call('ZADD', s.key, -1, pack('>c1I7', 'T', total))
  s.total = total
end

-- Writes at once, and returns the instant of the entry: hits of one instant are one entry.
local function log_add(s, units)
  if s.foreign then
    redis.call('DEL', s.key)
    s.foreign = false
  end
  if s.live < s.total then
    redis.call('ZREMRANGEBYSCORE', s.key, 0, string.format('%.0f', now - s.w))
  end
  local at, before = now, 0
  local newest = redis.call('ZRANGE', s.key, -1, -1)[1]
  if newest and #newest == 14 then
    local last, had = decode('>I7I7', newest)
    if last >= now then
      at, before = last, had
      redis.call('ZREM', s.key, newest)
    end
  end
  redis.call('ZADD', s.key, string.format('%.0f', at), pack('>I7I7', at, before + units))
  s.live = s.live + units
  log_total(s, s.live)
  redis.call('PEXPIREAT', s.key, ceil((at + s.w) / 1000))
  return at
end

-- Concurrency: a sorted set of holders by the instant until which each has its slot, µs.
local function slots_load(key, w)
  local held = redis.pcall('ZCOUNT', key, string.format('(%.0f', now), '+inf')
  if type(held) == 'table' then return {q = 0, w = w, key = key, held = 0, foreign = true} end
  return {q = 0, w = w, key = key, held = held}
end

local function slots_has(s, holder)
  if s.foreign then return false end
  local ends = redis.call('ZSCORE', s.key, holder)
  return ends and tonumber(ends) > now
end

local function slots_hold(s, holder)
  if s.foreign then
    redis.call('DEL', s.key)
    s.foreign = false
  end
  redis.call('ZREMRANGEBYSCORE', s.key, '-inf', string.format('%.0f', now))
  redis.call('ZADD', s.key, string.format('%.0f', now + s.w), holder)
  redis.call('PEXPIREAT', s.key, ceil((now + s.w) / 1000))
  s.held = redis.call('ZCARD', s.key)
end

-- The counter as under another quota and window, its own left as it is.
local function changed(s, limit)
  local w = limit.w
  if limit.algorithm == LOG then
    return log_load(s.key, w)
  elseif limit.algorithm > LOG then
    return slots_load(s.key, w)
  elseif limit.algorithm == FIXED then
    -- What still counts, when its latest part lies in the new window.
    local t = math.max(now, s.last)
    local start, finish = bounds(w, t)
    return {q = 0, w = w, last = s.last, count = s.last >= start and s.count or 0, finish = finish}
  elseif limit.algorithm == SLIDING then
    -- Each count goes where the latest instant it may be from lies.
    local r = {q = 0, w = w, slot = ceil(w / 60), last = s.last, total = 0, oldest = 0, n = 0, body = '', tail = 0}
    local live = floor((math.max(now, s.last - LONGEST_LIFE) - w) / r.slot)
    for i = 1, s.n do
      local count = ring_count(s, i)
      local number = floor(math.min((s.oldest + i) * s.slot - 1, s.last) / r.slot)
      if count > 0 and number >= live then ring_add(r, number, count) end
    end
    return r
  end
  -- What lies ahead stays the same number of units, rounded up; at most 4e15 µs, for instants to stay below 2^53.
  local ahead = s.at - now
  if s.part > 0 then ahead = ahead + 1 end
  return {q = limit.q, w = w, at = now + math.min(ceil(ahead * (w * s.q) / (limit.q * s.w)), 4e15), part = 0}
end

-- A counter as stored, less what has left by now; absent, one under this limit's terms. What is no counter counts as
-- absent: one such value must not fail all the requests that this call decides.
local function load(value, limit, key)
  local algorithm = limit.algorithm
  if algorithm == FIXED then
    local last, count, w = 0, 0, limit.w
    if value and #value == 18 then
      local seconds
      last, count, seconds = decode('>I7I7I4', value)
      w = seconds * 1000000
    end
    local start, finish = bounds(w, math.max(now, last))
    if last < start then count = 0 end
    return {q = 0, w = w, last = last, count = count, finish = finish}
  elseif algorithm == SLIDING then
    local seconds, last, total = 0, 0, 0
    if value and #value > 18 and #value % 4 == 3 then
      seconds, last, total = decode('>I4I7I4', value)
    end
    if seconds == 0 then
      local w = limit.w
      return {q = 0, w = w, slot = ceil(w / 60), last = 0, total = 0, oldest = 0, n = 0, body = '', tail = 0}
    end
    local w = seconds * 1000000
    local slot = ceil(w / 60)
    local n = (#value - 15) / 4
    local r = {
      q = 0, w = w, slot = slot, last = last, total = total, n = n, oldest = floor(last / slot) - n + 1,
      body = value:sub(16, -5), tail = decode('>I4', value, #value - 3)
    }
    -- k has left when (k + 1)·slot is not after now − window; slots ahead of now, which slices are counted in, stay.
    local live = floor((math.max(now, last - LONGEST_LIFE) - w) / slot)
    local gone, all = 0, n
    while gone < all do
      local count = r.tail
      if gone < all - 1 then count = decode('>I4', value, 16 + 4 * gone) end
      if r.oldest + gone >= live and count > 0 then break end
      r.total, gone = r.total - count, gone + 1
    end
    if gone > 0 then
      r.oldest, r.n, r.body = r.oldest + gone, n - gone, r.body:sub(4 * gone + 1)
    end
    return r
  end
  if algorithm == LOG then return log_load(key, limit.w) end
  if algorithm > LOG then return slots_load(key, limit.w) end
  if value and #value == 28 then
    local at, part, q, w = decode('>I7I7I7I7', value)
    if q > 0 and w > 0 then
      if at < now then at, part = now, 0 end
      return {at = at, part = part, q = q, w = w}
    end
  elseif value and #value == 49 then
    local at, part, q, w, latest, given, born = decode('>I7I7I7I7I7I7I7', value)
    if q > 0 and w > 0 then
      -- kept: as it stands there, which may be in the past
      local s = {at = at, part = part, q = q, w = w, latest = latest, given = given, born = born, kept_at = at, kept_part = part}
      if at < now then s.at, s.part = now, 0 end
      return s
    end
  end
  return {at = now, part = 0, q = limit.q, w = limit.w}
end

-- Takes so many units of a window or a bucket, to be spent until now + life; returns for how long that is, and what giving back
-- needs: where it is accounted, and of a bucket the arrival time and what was given back until now.
local function take(s, limit, units, life, receipt)
  local algorithm = limit.algorithm
  if algorithm == FIXED then
    s.count = s.count + units
    if now > s.last then s.last = now end
    local start, finish = bounds(s.w, s.last)
    return math.min(life, finish - now), start, 0, 0
  elseif algorithm == SLIDING then
    s.last = math.max(s.last, now + life)
    ring_add(s, floor(s.last / s.slot), units)
    return life, s.last, 0, 0
  end
  local kept = receipt or (s.born and s.latest + KEPT > now)
  if s.at < now + life then s.at, s.part = now + life, 0 end
  s.at, s.part = bucket_after(s, units)
  if not kept then
    s.latest, s.given, s.born = nil, nil, nil
    return 0, 0, 0, 0
  end
  if s.born then
    s.latest = math.max(s.latest, now + life)
  else
    s.latest, s.given, s.born = now + life, 0, now
  end
  return life, s.born, s.at, s.given
end

-- Expiry is rounded up to the whole millisecond: a counter never goes before it equals a fresh one.
local function write(key, s, algorithm)
  local value, fresh
  if algorithm == FIXED then
    value, fresh = pack('>I7I7I4', s.last, s.count, s.w / 1000000), s.finish
  elseif algorithm == SLIDING then
    value = pack('>I4I7I4', s.w / 1000000, s.last, s.total) .. s.body .. pack('>I4', s.tail)
    fresh = (s.oldest + s.n) * s.slot + s.w
  else
    local at, part = s.at, s.part
    if s.as_kept then at, part = s.kept_at, s.kept_part end
    fresh = part > 0 and at + 1 or at
    if s.born then
      value = pack('>I7I7I7I7I7I7I7', at, part, s.q, s.w, s.latest, s.given, s.born)
    else
      value = pack('>I7I7I7I7', at, part, s.q, s.w)
    end
  end
  redis.call('SET', key, value, 'PXAT', ceil(fresh / 1000))
end

local limits = {}
do
  local n = #ARGV[1] / LIMIT_SIZE
  local flat = {decode('>' .. LIMIT:rep(n), ARGV[1])}
  for i = 1, n do
    local f = LIMIT_FIELDS * i
    limits[i] = {
      algorithm = flat[f - 8], shadow = flat[f - 7] == 1, quota = flat[f - 6], capacity = flat[f - 5],
      q = flat[f - 4], w = flat[f - 3], whole = flat[f - 2], part = flat[f - 1], exact = flat[f]
    }
  end
end
