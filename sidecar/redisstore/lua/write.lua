#!lua
-- Takes the changes to some posts in one step: values, versions and dirty marks (R2).
-- KEYS 1 floor, 2 dirty set, 3 ttls, 4 dead letters, then for each post: post hash, dirty hash
-- ARGV 1 token, 2 epoch, 3 sync delay (ms), 4 most dirty fields (0: any), 5 number of fields in all, then for each post:
--      member, flags of its marks, ttl (s, 0: as it is), number of its fields, their keys (none twice), then for each of
--      them "=" (set), "r" (set to what the caller's row holds) or "-" (delete), and the value
-- Returns a letter for each field: u updated, s unchanged, e of a post whose keys hold no hashes: nothing of it was written.
-- Errors: HOSPITAL_TOKEN, HOSPITAL_EPOCH, HOSPITAL_FULL.
local floor = redis.call('HMGET', KEYS[1], 'token', 'epoch', 'dirty')
if floor[1] ~= ARGV[1] then return redis.error_reply('HOSPITAL_TOKEN another Redis, or an emptied one') end
local epoch = tonumber(ARGV[2])
local lowest = tonumber(floor[2])
if epoch < lowest then return redis.error_reply('HOSPITAL_EPOCH the epoch is over') end
if ARGV[4] ~= '0' and tonumber(floor[3] or '0') >= tonumber(ARGV[4]) then return redis.error_reply('HOSPITAL_FULL ' .. floor[3] .. ' fields wait for MySQL') end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = string.format('%.0f', now)

if epoch > lowest then redis.call('HSET', KEYS[1], 'epoch', ARGV[2]) end
local counter = redis.call('HINCRBY', KEYS[1], 'counter', ARGV[5]) - ARGV[5]
local buried = redis.call('EXISTS', KEYS[4]) == 1
local outcomes, due, added = {}, {}, 0
local i, k = 6, 5
while ARGV[i] do
  local member, n, hash, dirty = ARGV[i], tonumber(ARGV[i + 3]), KEYS[k], KEYS[k + 1]
  local first, last = i + 4, i + 3 + n -- keys
  local before, held = redis.pcall('HMGET', dirty, unpack(ARGV, first, last)), nil
  for j = 1, n do
    if before[j] then
      held = redis.pcall('HMGET', hash, unpack(ARGV, first, last))
      break
    end
  end
  local marks, values, gone, said = {}, { 'last_updated_redis', time[1] }, {}, {}
  for j = 1, n do
    local key, op, value = ARGV[last - n + j], ARGV[last + 2 * j - 1], ARGV[last + 2 * j]
    -- What came by a slug is not what a reader sees: its row may be newer.
    local same = before[j] and held[j] == (op ~= '-' and value) and (held[j] or string.find(before[j], '@0', 1, true)) and not string.find(before[j], 's', 1, true)
    -- An equal value gets a new version too: the one it equals may be in MySQL already, and overwritten there since.
    counter = counter + 1
    local mark = string.format('%s-%.0f%s%s%s', ARGV[2], counter, op == '-' and '@0' or '@', at, ARGV[i + 1])
    -- Whoever hears "unchanged" tells nobody: that it came past WordPress still holds.
    if same and string.find(before[j], 'd', 1, true) and not string.find(mark, 'd', 1, true) then mark = mark .. 'd' end
    marks[2 * j - 1], marks[2 * j] = key, mark
    if op == '-' then
      gone[#gone + 1] = key
    else
      values[#values + 1] = key
      values[#values + 1] = value
    end
    said[j] = (same or op == 'r') and 's' or 'u'
  end
  local stored = not (before.err or held and held.err) and redis.pcall('HSET', hash, unpack(values))
  if type(stored) == 'number' then
    if #gone > 0 then redis.call('HDEL', hash, unpack(gone)) end
    if not held then redis.call('PERSIST', hash) end -- where something was dirty before, nothing expires
    added = added + redis.call('HSET', dirty, unpack(marks))
    if buried then
      for j = first, last do redis.call('HDEL', KEYS[4], member .. ':' .. ARGV[j]) end
    end
    if ARGV[i + 2] ~= '0' then redis.call('HSET', KEYS[3], member, ARGV[i + 2]) end
    if due[#due] ~= member then -- a post with one field many times comes in many parts
      due[#due + 1] = now + ARGV[3]
      due[#due + 1] = member
    end
    if string.find(ARGV[i + 1], 'u', 1, true) and string.find(member, '%D') and redis.call('HSET', KEYS[1], 'unseen:' .. member, 1) == 1 then
      redis.call('HINCRBY', KEYS[1], 'unseen', 1) -- a slug that nobody could look up
    end
    outcomes[#outcomes + 1] = table.concat(said)
  else
    outcomes[#outcomes + 1] = string.rep('e', n)
  end
  i, k = last + 2 * n + 1, k + 2
end
if added > 0 then redis.call('HINCRBY', KEYS[1], 'dirty', added) end
if #due > 0 then redis.call('ZADD', KEYS[2], 'NX', unpack(due)) end
return table.concat(outcomes)
