-- Decides a batch of requests one after another at one instant; each request is all or nothing. Follows limit-counters.lua.
--
-- KEYS     the counters, each once
-- ARGV[2]  the asks: per ask the limit's number, the key's number, cost, and a sum of 1 when it is its request's last and 2 when there
--          is more of it in ARGV[3]
-- ARGV[3]  when any ask has it, per such ask the slice wanted, a slice's life in µs, 1 when a receipt is wanted, and the holder
-- returns  per ask what remains, µs until more comes back, and 0 (allowed), 1 (never) or 1 + the µs until it passes; then per ask with
--          more the receipt: units granted, their life in µs, the instant accounted, arrival time, given back
--
-- Whatever every request runs through stands inline: functions with many upvalues are dear to make for each call.

local ASK, ASK_SIZE = 'I2I2I7B', 12
local EXTRA, EXTRA_FIELDS, EXTRA_SIZE = 'I7I4Bc8', 4, 20
local LAST, MORE, RECEIPT = 1, 2, 5
-- One part in this many of what remains is the most that a slice takes.
local SLICE_PART = 16

local count = #ARGV[2] / ASK_SIZE
local asks = {decode('>' .. ASK:rep(count), ARGV[2])}
-- Of asks with more the ordinal among these, from 0, their fields one after another, and receipts of five numbers each.
local ordinals, extras, receipts = {}, nil, {}
if ARGV[3] then
  extras = {decode('>' .. EXTRA:rep(#ARGV[3] / EXTRA_SIZE), ARGV[3])}
  local n = 0
  for i = 1, count do
    if asks[4 * i] >= MORE then
      ordinals[i], n = n, n + 1
    end
  end
  for i = 1, RECEIPT * n do receipts[i] = 0 end
end

-- Units that would pass. For what is asked of with a slice; the rest is counted where it is needed.
local function remaining_of(s, limit)
  local algorithm = limit.algorithm
  if algorithm == FIXED then return math.max(0, limit.quota - s.count) end
  if algorithm == SLIDING then return math.max(0, limit.quota - s.total) end
  if limit.exact > 0 and s.at - now <= limit.whole then
    local room = limit.exact - (s.at - now) * s.q - s.part
    return room > 0 and floor(room / s.w) or 0
  end
  local capacity = limit.capacity
  local remaining = math.max(0, math.min(capacity, floor(capacity - (s.at - now + s.part / s.q) * s.q / s.w)))
  while remaining < capacity and bucket_wait(s, limit, remaining + 1) <= 0 do remaining = remaining + 1 end
  while remaining > 0 and bucket_wait(s, limit, remaining) > 0 do remaining = remaining - 1 end
  return remaining
end

-- Takes with a slice or a receipt, or what is no string; whether there is a string to write.
local function take_more(i, s, limit, units)
  local ordinal = ordinals[i]
  local slice, life, receipt, holder = 0, 0, false, ''
  if ordinal then
    local e = EXTRA_FIELDS * ordinal
    slice, life, receipt, holder = extras[e + 1], extras[e + 2], extras[e + 3] == 1, extras[e + 4]
  end
  local granted, spent, at, arrival, given = 0, 0, nil, 0, 0
  if limit.algorithm >= LOG then
    if units == 0 then return false end
    if limit.algorithm == LOG then
      at = log_add(s, units)
    else
      slots_hold(s, holder)
    end
  else
    if slice > 0 and life > 0 then
      granted = math.max(0, math.min(slice, floor((remaining_of(s, limit) - units) / SLICE_PART)))
    end
    if units + granted == 0 then return false end
    spent, at, arrival, given = take(s, limit, units + granted, granted > 0 and life or 0, receipt)
  end
  if receipt and at then
    local r = RECEIPT * ordinal
    receipts[r + 1], receipts[r + 2], receipts[r + 3], receipts[r + 4], receipts[r + 5] = granted, spent, at, arrival, given
  end
  return limit.algorithm < LOG
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
      s = load(values[key], limit, KEYS[key])
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
        elseif algorithm == LOG then
          local excess = s.live + units - limit.quota
          if excess > 0 then wait = log_wait(s, excess) end
        elseif algorithm > LOG then
          -- Its own slot, when it asks again because no answer came, does not stand in its way; when a slot comes back is not
          -- known: after a second the holder asks again.
          local ordinal = ordinals[last]
          local own = ordinal and slots_has(s, extras[EXTRA_FIELDS * ordinal + 4]) and 1 or 0
          if s.held - own + units > limit.quota then wait = 1000000 end
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
  until asks[f] % 2 == LAST

  if admitted then
    for i = first, last do
      local f = 4 * i
      local units = asks[f - 1]
      if waits[i] == 0 and (units > 0 or asks[f] >= MORE) then
        local limit, key = limits[asks[f - 3]], asks[f - 2]
        local s = states[key]
        if s.w ~= limit.w or s.q ~= limit.q then s = changed(s, limit) end
        local algorithm, string = limit.algorithm, true
        if asks[f] >= MORE or algorithm >= LOG or s.born then
          string = take_more(i, s, limit, units)
        elseif algorithm == FIXED then
          s.count = s.count + units
          if now > s.last then s.last = now end
        elseif algorithm == SLIDING then
          if now > s.last then s.last = now end
          ring_add(s, floor(s.last / s.slot), units)
        else
          s.at, s.part = bucket_after(s, units)
        end
        if string then taken[key] = algorithm end
        if string or algorithm >= LOG then states[key] = s end
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
      if remaining < limit.quota then reset = ring_wait(s, remaining < 0 and 1 - remaining or 1) end
    elseif algorithm == LOG then
      remaining = limit.quota - s.live
      if remaining < limit.quota then reset = log_wait(s, remaining < 0 and 1 - remaining or 1) end
    elseif algorithm > LOG then
      remaining = limit.quota - s.held
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

for key, algorithm in pairs(taken) do write(KEYS[key], states[key], algorithm) end

return pack('>' .. ('I7'):rep(3 * count), unpack(reply))
  .. pack('>' .. ('I7'):rep(#receipts), unpack(receipts))
