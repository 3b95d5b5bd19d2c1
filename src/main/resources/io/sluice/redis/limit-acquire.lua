-- Decides a batch of requests one after another at one instant; each request is all or nothing.
--
-- KEYS     the counters, each once
-- ARGV[1]  the limits: per limit algorithm (1 fixed window, 2 sliding window, 3 token bucket), shadow, quota,
--          window in µs (0: calendar month), capacity; and of a token bucket quota/window in lowest terms q and w, and
--          how long the whole capacity takes, in µs and q-ths of one
-- ARGV[2]  the asks: per ask the limit's number, the key's number, cost, and 1 when it is its request's last
-- returns  per ask what remains, µs until more comes back, and 0 (allowed), 1 (never) or 1 + the µs until it passes
--
-- All numbers are integers below 2^53, where doubles are exact. Nothing is written for a denial. A clock that steps
-- back gives nothing back: a window counts as at the latest take, and an arrival time never moves back.

local LIMIT, LIMIT_SIZE = 'BBI7I7I7I7I7I7I7', 51
local ASK, ASK_SIZE = 'I2I2I7B', 12
local DAY = 86400000000
-- µs; how far ahead a bucket's debt may reach when it is scaled: keeps every instant below 2^53.
local FARTHEST = 4e15

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local pack, decode, rep, sub = struct.pack, struct.unpack, string.rep, string.sub

-- Months since March of year 0 and back, years counted from March (Hinnant, civil_from_days and days_from_civil).
local function months(t)
  local z = floor(t / DAY) + 719468
  local era = floor(z / 146097)
  local doe = z - era * 146097
  local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) - floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
  return (era * 400 + yoe) * 12 + floor((5 * doy + 2) / 153)
end

local function month_start(m)
  local y = floor(m / 12)
  local era = floor(y / 400)
  local yoe = y - era * 400
  local doy = floor((153 * (m - y * 12) + 2) / 5)
  return (era * 146097 + yoe * 365 + floor(yoe / 4) - floor(yoe / 100) + doy - 719468) * DAY
end

local function window_start(window, t)
  if window == 0 then return month_start(months(t)) end
  return floor(t / window) * window
end

local function window_end(window, t)
  if window == 0 then return month_start(months(t) + 1) end
  return (floor(t / window) + 1) * window
end

-- Fixed window: the instant of the latest take, the count, and the window it was counted under.
local function fixed_load(value)
  if not value then return {last = 0, count = 0, window = 1} end
  local last, count, seconds = decode('>I7I7I4', value)
  return {last = last, count = count, window = seconds * 1000000}
end

-- Under a changed window: what still counted under the old one, when its latest part lies in the new one's present.
local function fixed_count(s, window)
  local t = max(now, s.last)
  if s.last < window_start(s.window, t) then return 0 end
  if s.window ~= window and s.last < window_start(window, t) then return 0 end
  return s.count
end

local function fixed_delay(s, limit, units)
  if fixed_count(s, limit.window) + units <= limit.quota then return 0 end
  return window_end(limit.window, max(now, s.last)) - now
end

-- Sliding window: counts of sub-windows (slots) of ceil(window/60), 4 bytes each from the oldest that has one, the
-- newest apart. The value holds window, latest take and total before them; the latest take tells the newest slot.
local function ring_load(value)
  if not value then return {window = 0, slot = 1, last = 0, total = 0, oldest = 0, n = 0, body = '', tail = 0} end
  local seconds, last, total = decode('>I4I7I4', value)
  local window = seconds * 1000000
  local slot = ceil(window / 60)
  local n = (#value - 15) / 4
  return {
    window = window, slot = slot, last = last, total = total, n = n, oldest = floor(last / slot) - n + 1,
    body = sub(value, 16, -5), tail = decode('>I4', value, #value - 3)
  }
end

local function ring_cut(r)
  local live = floor((max(now, r.last) - r.window) / r.slot)
  local i = 0
  while r.n > 0 do
    local count = r.tail
    if r.n > 1 then count = decode('>I4', r.body, 4 * i + 1) end
    if r.oldest >= live and count > 0 then break end
    r.total, r.oldest, r.n, i = r.total - count, r.oldest + 1, r.n - 1, i + 1
  end
  if i > 0 then r.body = sub(r.body, 4 * i + 1) end
  if r.n == 0 then r.tail = 0 end
  return r
end

local function ring_add(r, number, units)
  if r.n == 0 then
    r.oldest, r.n, r.tail = number, 1, units
  else
    local gap = number - (r.oldest + r.n - 1)
    if gap == 0 then
      r.tail = r.tail + units
    else
      r.body = r.body .. pack('>I4', r.tail) .. rep('\0\0\0\0', gap - 1)
      r.n, r.tail = r.n + gap, units
    end
  end
  r.total = r.total + units
end

-- Under a changed window each count goes where the latest instant it may be from lies.
local function ring_under(r, window)
  ring_cut(r)
  if r.window == window then return r end
  local new = ring_load(false)
  new.window, new.slot, new.last = window, ceil(window / 60), r.last
  local live = floor((max(now, r.last) - window) / new.slot)
  for i = 1, r.n do
    local count = r.tail
    if i < r.n then count = decode('>I4', r.body, 4 * i - 3) end
    local number = floor(min((r.oldest + i) * r.slot - 1, r.last) / new.slot)
    if count > 0 and number >= live then ring_add(new, number, count) end
  end
  return new
end

local function ring_delay(r, limit, units)
  local excess = r.total + units - limit.quota
  if excess <= 0 then return 0 end
  for i = 1, r.n do
    local count = r.tail
    if i < r.n then count = decode('>I4', r.body, 4 * i - 3) end
    excess = excess - count
    if excess <= 0 then return (r.oldest + i) * r.slot + r.window - now end
  end
end

-- Token bucket (GCRA, ITU-T I.371): the theoretical arrival time at + part/q µs, and the rate q/w it was made under.
local function bucket_load(value)
  if not value then return {at = 0, part = 0, q = 1, w = 1} end
  local at, part, q, w = decode('>I7I7I7I7', value)
  return {at = at, part = part, q = q, w = w}
end

-- Under a changed rate what lies ahead is scaled so that it stays the same number of units, rounded up.
local function bucket_under(b, limit)
  local q, w = limit.q, limit.w
  if b.at >= now and b.q == q and b.w == w then return b end
  local new = {at = now, part = 0, q = q, w = w}
  if b.at >= now then
    local ahead = b.at - now
    if b.part > 0 then ahead = ahead + 1 end
    new.at = now + min(ceil(ahead * (w * b.q) / (q * b.w)), FARTHEST)
  end
  return new
end

-- The arrival time after so many units more.
local function bucket_after(b, units)
  local q = b.q
  local rest = b.w % q
  local spread = units * rest
  local part = b.part + spread % q
  local at = b.at + units * ((b.w - rest) / q) + (spread - spread % q) / q
  if part >= q then return at + 1, part - q end
  return at, part
end

local function bucket_delay(b, limit, units)
  local at, part = bucket_after(b, units)
  local over = at - now - limit.whole
  if part > limit.part then return over + 1 end
  return over
end

local function bucket_remaining(b, limit)
  local capacity = limit.capacity
  local units = floor(capacity - (b.at - now + b.part / b.q) * b.q / b.w)
  units = max(0, min(capacity, units))
  while units < capacity and bucket_delay(b, limit, units + 1) <= 0 do units = units + 1 end
  while units > 0 and bucket_delay(b, limit, units) > 0 do units = units - 1 end
  return units
end

local limits, asks = {}, {}
do
  local n = #ARGV[1] / LIMIT_SIZE
  local flat = {decode('>' .. rep(LIMIT, n), ARGV[1])}
  for i = 1, n do
    local f = 9 * i
    limits[i] = {
      algorithm = flat[f - 8], shadow = flat[f - 7] == 1, quota = flat[f - 6], window = flat[f - 5],
      capacity = flat[f - 4], q = flat[f - 3], w = flat[f - 2], whole = flat[f - 1], part = flat[f]
    }
  end
  n = #ARGV[2] / ASK_SIZE
  asks = {decode('>' .. rep(ASK, n), ARGV[2])}
  asks.n = n
end

local values = redis.call('MGET', unpack(KEYS))
local states, taken = {}, {}

local function load(algorithm, key)
  local state
  if algorithm == 1 then
    state = fixed_load(values[key])
  elseif algorithm == 2 then
    state = ring_load(values[key])
  else
    state = bucket_load(values[key])
  end
  states[key] = state
  return state
end

local function delay(limit, state, units)
  local algorithm = limit.algorithm
  if algorithm == 1 then return fixed_delay(state, limit, units) end
  if algorithm == 2 then return ring_delay(ring_under(state, limit.window), limit, units) end
  return bucket_delay(bucket_under(state, limit), limit, units)
end

local function take(limit, key, units)
  local state = states[key]
  local algorithm = limit.algorithm
  if algorithm == 1 then
    state.count = fixed_count(state, limit.window) + units
    state.last, state.window = max(now, state.last), limit.window
  elseif algorithm == 2 then
    state = ring_under(state, limit.window)
    local t = max(now, state.last)
    ring_add(state, floor(t / state.slot), units)
    state.last = t
  else
    state = bucket_under(state, limit)
    state.at, state.part = bucket_after(state, units)
  end
  states[key] = state
  taken[key] = algorithm
end

local function report(limit, state)
  local algorithm, remaining = limit.algorithm, nil
  if algorithm == 1 then
    remaining = max(0, limit.quota - fixed_count(state, limit.window))
    if remaining >= limit.capacity then return remaining, 0 end
    return remaining, fixed_delay(state, limit, remaining + 1)
  elseif algorithm == 2 then
    state = ring_under(state, limit.window)
    remaining = max(0, limit.quota - state.total)
    if remaining >= limit.capacity then return remaining, 0 end
    return remaining, ring_delay(state, limit, remaining + 1)
  end
  state = bucket_under(state, limit)
  remaining = bucket_remaining(state, limit)
  if remaining >= limit.capacity then return remaining, 0 end
  return remaining, bucket_delay(state, limit, remaining + 1)
end

local reply, delays, first = {}, {}, 1
while first <= asks.n do
  local admitted, last = true, first - 1
  repeat
    last = last + 1
    local f = 4 * last
    local limit, key, cost = limits[asks[f - 3]], asks[f - 2], asks[f - 1]
    local state = states[key] or load(limit.algorithm, key)
    local wait = 0
    if cost > 0 then
      local units = cost
      for j = first, last - 1 do
        if asks[4 * j - 2] == key and delays[j] == 0 then units = units + asks[4 * j - 1] end
      end
      if units > limit.capacity then wait = -1 else wait = max(0, delay(limit, state, units)) end
    end
    delays[last] = wait
    if wait ~= 0 and not limit.shadow then admitted = false end
  until asks[f] == 1
  if admitted then
    for i = first, last do
      local cost = asks[4 * i - 1]
      if delays[i] == 0 and cost > 0 then take(limits[asks[4 * i - 3]], asks[4 * i - 2], cost) end
    end
  end
  for i = first, last do
    local limit = limits[asks[4 * i - 3]]
    local remaining, reset = report(limit, states[asks[4 * i - 2]])
    local wait = delays[i]
    if wait < 0 then wait = 1 elseif wait > 0 then wait = wait + 1 end
    reply[3 * i - 2], reply[3 * i - 1], reply[3 * i] = remaining, reset, wait
  end
  first = last + 1
end

-- Expiry is rounded up to the whole millisecond: a counter never goes before it equals a fresh one.
for key, algorithm in pairs(taken) do
  local s = states[key]
  local value, fresh
  if algorithm == 1 then
    value, fresh = pack('>I7I7I4', s.last, s.count, s.window / 1000000), window_end(s.window, s.last)
  elseif algorithm == 2 then
    value = pack('>I4I7I4', s.window / 1000000, s.last, s.total) .. s.body .. pack('>I4', s.tail)
    fresh = (s.oldest + s.n) * s.slot + s.window
  else
    value, fresh = pack('>I7I7I7I7', s.at, s.part, s.q, s.w), s.at + 1
  end
  redis.call('SET', KEYS[key], value, 'PXAT', ceil(fresh / 1000))
end

return pack('>' .. rep('I7', 3 * asks.n), unpack(reply))
