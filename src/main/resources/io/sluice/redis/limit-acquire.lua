-- Decides a batch of requests one after another at one instant; each request is all or nothing.
--
-- KEYS     the counters, each once
-- ARGV[1]  the limits: per limit algorithm (1 fixed window, 2 sliding window, 3 token bucket), shadow, quota, capacity,
--          and the terms that a counter is kept under, q and w: of a token bucket quota/window (in µs) in lowest terms,
--          else 0 and the window (0: calendar month); of a token bucket also how long its capacity takes, in µs and
--          q-ths of one, and in q-ths altogether when that stays exact, else 0
-- ARGV[2]  the asks: per ask the limit's number, the key's number, cost, and 1 when it is its request's last
-- returns  per ask what remains, µs until more comes back, and 0 (allowed), 1 (never) or 1 + the µs until it passes
--
-- All numbers are integers below 2^53, where doubles are exact. Nothing is written for a denial. A clock that steps
-- back gives nothing back: a window counts as at the latest take, and an arrival time never moves back.
-- Whatever every request runs through stands inline: functions with many upvalues are dear to make for each call.

local FIXED, SLIDING = 1, 2
local LIMIT, LIMIT_FIELDS, LIMIT_SIZE = 'BBI7I7I7I7I7I7I7', 9, 51
local ASK, ASK_SIZE = 'I2I2I7B', 12
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

-- The counter as under another quota and window, its own left as it is.
local function changed(s, limit)
  local w = limit.w
  if limit.algorithm == FIXED then
    -- What still counts, when its latest part lies in the new window.
    local t = math.max(now, s.last)
    local start, finish = bounds(w, t)
    return {q = 0, w = w, last = s.last, count = s.last >= start and s.count or 0, finish = finish}
  elseif limit.algorithm == SLIDING then
    -- Each count goes where the latest instant it may be from lies.
    local r = {q = 0, w = w, slot = ceil(w / 60), last = s.last, total = 0, oldest = 0, n = 0, body = '', tail = 0}
    local live = floor((math.max(now, s.last) - w) / r.slot)
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
local function load(value, limit)
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
    -- k has left when (k + 1)·slot is not after now − window; the oldest that stays is never empty.
    local live = floor((math.max(now, last) - w) / slot)
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
  if value and #value == 28 then
    local at, part, q, w = decode('>I7I7I7I7', value)
    if at >= now and q > 0 and w > 0 then return {at = at, part = part, q = q, w = w} end
  end
  return {at = now, part = 0, q = limit.q, w = limit.w}
end

local limits, asks, count = {}, nil, #ARGV[2] / ASK_SIZE
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
  asks = {decode('>' .. ASK:rep(count), ARGV[2])}
end

local values = redis.call('MGET', unpack(KEYS))
local states, taken, reply, waits, first = {}, {}, {}, {}, 1
while first <= count do
  local admitted, last = true, first - 1
  repeat
    last = last + 1
    local f = 4 * last
    local limit, key, units = limits[asks[f - 3]], asks[f - 2], asks[f - 1]
    local s = states[key]
    if not s then
      s = load(values[key], limit)
      states[key] = s
    end
    local wait = 0
    if units > 0 then
      -- What earlier asks of this request would take from the same key.
      for j = first, last - 1 do
        if asks[4 * j - 2] == key and waits[j] == 0 then units = units + asks[4 * j - 1] end
      end
      if units > limit.capacity then
        wait = -1
      else
        if s.w ~= limit.w or s.q ~= limit.q then s = changed(s, limit) end
        local algorithm = limit.algorithm
        if algorithm == FIXED then
          if s.count + units > limit.quota then wait = s.finish - now end
        elseif algorithm == SLIDING then
          local excess = s.total + units - limit.quota
          if excess > 0 then wait = ring_wait(s, excess) end
        elseif limit.exact > 0 and s.at - now <= limit.whole then
          local q = s.q
          local over = (s.at - now) * q + s.part + units * s.w - limit.exact
          if over > 0 then wait = ceil(over / q) end
        else
          wait = math.max(0, bucket_wait(s, limit, units))
        end
        if wait > 0 then wait = wait + 1 end
      end
    end
    waits[last] = wait
    if wait ~= 0 and not limit.shadow then admitted = false end
  until asks[f] == 1

  if admitted then
    for i = first, last do
      local f = 4 * i
      local units = asks[f - 1]
      if waits[i] == 0 and units > 0 then
        local limit, key = limits[asks[f - 3]], asks[f - 2]
        local s = states[key]
        if s.w ~= limit.w or s.q ~= limit.q then
          s = changed(s, limit)
          states[key] = s
        end
        local algorithm = limit.algorithm
        if algorithm == FIXED then
          s.count = s.count + units
          if now > s.last then s.last = now end
        elseif algorithm == SLIDING then
          if now > s.last then s.last = now end
          ring_add(s, floor(s.last / s.slot), units)
        else
          s.at, s.part = bucket_after(s, units)
        end
        taken[key] = algorithm
      end
    end
  end

  for i = first, last do
    local f = 4 * i
    local limit, s = limits[asks[f - 3]], states[asks[f - 2]]
    if s.w ~= limit.w or s.q ~= limit.q then s = changed(s, limit) end
    local algorithm, remaining, reset = limit.algorithm, nil, 0
    if algorithm == FIXED then
      remaining = limit.quota - s.count
      if remaining < limit.quota then reset = s.finish - now end
    elseif algorithm == SLIDING then
      remaining = limit.quota - s.total
      if s.n > 0 then reset = ring_wait(s, remaining < 0 and 1 - remaining or 1) end
    elseif limit.exact > 0 and s.at - now <= limit.whole then
      local room = limit.exact - (s.at - now) * s.q - s.part
      remaining = room > 0 and floor(room / s.w) or 0
      if remaining < limit.capacity then reset = ceil(((remaining + 1) * s.w - room) / s.q) end
    else
      local capacity = limit.capacity
      remaining = floor(capacity - (s.at - now + s.part / s.q) * s.q / s.w)
      remaining = math.max(0, math.min(capacity, remaining))
      while remaining < capacity and bucket_wait(s, limit, remaining + 1) <= 0 do remaining = remaining + 1 end
      while remaining > 0 and bucket_wait(s, limit, remaining) > 0 do remaining = remaining - 1 end
      if remaining < capacity then reset = bucket_wait(s, limit, remaining + 1) end
    end
    if remaining < 0 then remaining = 0 end
    local wait = waits[i]
    if wait < 0 then wait = 1 end
    local o = 3 * i
    reply[o - 2], reply[o - 1], reply[o] = remaining, reset, wait
  end
  first = last + 1
end

-- Expiry is rounded up to the whole millisecond: a counter never goes before it equals a fresh one.
for key, algorithm in pairs(taken) do
  local s = states[key]
  local value, fresh
  if algorithm == FIXED then
    value, fresh = pack('>I7I7I4', s.last, s.count, s.w / 1000000), s.finish
  elseif algorithm == SLIDING then
    value = pack('>I4I7I4', s.w / 1000000, s.last, s.total) .. s.body .. pack('>I4', s.tail)
    fresh = (s.oldest + s.n) * s.slot + s.w
  else
    value, fresh = pack('>I7I7I7I7', s.at, s.part, s.q, s.w), s.part > 0 and s.at + 1 or s.at
  end
  redis.call('SET', KEYS[key], value, 'PXAT', ceil(fresh / 1000))
end

return pack('>' .. ('I7'):rep(3 * count), unpack(reply))
