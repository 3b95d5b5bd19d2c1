-- Puts barriers at the present and tells the fleet. KEYS: barriers, instances, registers of commits.
-- ARGV: as tell; then for each commit which of KEYS is its register or 0, how many names, names.
local message, instants = {}, {}
local at = 0
local i = 6
while i < #ARGV do
  local register = tonumber(ARGV[i])
  local last = i + 1 + tonumber(ARGV[i + 1])
  -- Each commit at an instant of its own: at one instant neither could be told to have come after the other.
  at = put(KEYS[1], register > 0 and KEYS[register], 0, i + 2, last, message, instants)
  i = last + 1
end
tell(KEYS[1], at, message)
return reply(KEYS[2], instants, -1)
