-- Changes one persistent collection and gives it as it is then.
-- KEYS[1]: the collection. ARGV: now in ms, seconds it is kept, most elements, then what, name and value of each change.
local key, now, most = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[3])
local function forget(name)
  redis.call('HDEL', key, 'v:' .. name, 'x:' .. name)
end
local function held(name)
  local ends = redis.call('HGET', key, 'x:' .. name)
  if ends and tonumber(ends) <= now then
    forget(name)
    return false
  end
  return redis.call('HGET', key, 'v:' .. name)
end
for at = 4, #ARGV, 3 do
  local what, name, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local before = held(name)
  if what == 'unset' then
    forget(name)
  elseif what == 'expire' then
    if before then redis.call('HSET', key, 'x:' .. name, value) end
  elseif before or redis.call('HLEN', key) < most then
    if what == 'add' then
      local number = tonumber(string.match(before or '', '^%s*([+-]?%d+)') or '0')
      value = string.format('%.0f', number + tonumber(value))
    end
    redis.call('HSET', key, 'v:' .. name, value)
  end
end
redis.call('EXPIRE', key, ARGV[2])
return redis.call('HGETALL', key)
