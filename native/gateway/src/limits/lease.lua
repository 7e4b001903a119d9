-- One key's part of a shared limit: an arrival time in microseconds since 2025-01-01 by this server's clock.
-- ARGV: microseconds from one request to the next, tokens held at most, tokens by which charges may put it behind,
-- tokens wanted, requests already admitted, the arrival time last seen by the one who asks.
-- Gives: tokens granted, microseconds to the next one, microseconds until full, tokens left, the arrival time.
local time = redis.call('TIME')
local now = (time[1] - 1735689600) * 1000000 + time[2]
local interval, burst, ceiling = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wanted, charge, hint = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local stored = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
-- Never further ahead than charges can bring it: a clock that was set back locks nobody out for longer.
local furthest = now + ceiling * interval
local tat = math.min(math.max(stored, hint, now), furthest)
if charge > 0 then
  tat = math.min(tat + charge * interval, furthest)
end
local free = math.max(0, math.floor((burst * interval - (tat - now)) / interval))
local granted = math.min(wanted, free)
tat = tat + granted * interval
local ahead = tat - now
if ahead > 0 then
  -- It may be forgotten once it is full again, for a key that is not there counts as full.
  redis.call('SET', KEYS[1], string.format('%.17g', tat), 'PX', math.ceil(ahead / 1000) + 1000)
end
local left = free - granted
local wait = left >= 1 and 0 or math.max(0, math.ceil(ahead - (burst - 1) * interval))
return {granted, wait, math.ceil(ahead), left, string.format('%.17g', tat)}
