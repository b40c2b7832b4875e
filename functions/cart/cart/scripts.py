"""What happens to a cart in one step: Lua scripts of one key each, `cart:<owner>`, a hash.

| field | value |
|---|---|
| `cart_id` | a UUID, another one whenever the cart becomes empty |
| `version` | grows with every change |
| `line:<product id>` | JSON: `qty`, `position`, and what was seen: `sku`, `name`, `price`, `currency` |
| `leaving` | of a guest: JSON of the lines on their way into a shopper's cart, and the id that their cart had |
| `merged` | of a shopper: the ids of the carts that came in last, so that none comes in twice |

The first argument is a UUID for a cart that needs a new one. An answer begins with how it went, `ok` or what refused
it, and the hash as it is then. Redis's scripts are atomic, so that concurrent changes add up.
"""

from datetime import timedelta

from cart.domain import LIFETIME, MOST_LINES, MOST_UNITS
from cart.redis_server import Script

_LONGEST_MEMORY = 50 * len("00000000-0000-0000-0000-000000000000 ")
_LIMITS = f"""
local LIFETIME, MOST_LINES, MOST_UNITS = {LIFETIME // timedelta(seconds=1)}, {MOST_LINES}, {MOST_UNITS}
local LONGEST_MEMORY = {_LONGEST_MEMORY}
"""
_PRELUDE = """
local key, fresh = KEYS[1], ARGV[1]

local function products()
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    found[#found + 1] = string.match(field, '^line:(.+)$')
  end
  return found
end

local function line(product)
  local text = redis.call('HGET', key, 'line:' .. product)
  return text and cjson.decode(text)
end

local function keep(product, line)
  redis.call('HSET', key, 'line:' .. product, cjson.encode(line))
end

local function drop(product)
  redis.call('HDEL', key, 'line:' .. product)
end

local function changed()
  local version = redis.call('HINCRBY', key, 'version', 1)
  redis.call('HSETNX', key, 'cart_id', fresh)
  redis.call('EXPIRE', key, LIFETIME)
  return version
end

local function begin_anew()
  redis.call('HSET', key, 'cart_id', fresh)
end

local function answer(how, ...)
  return {how, redis.call('HGETALL', key), ...}
end
"""


def _script(text: str) -> Script:
    return Script.of(_LIMITS + _PRELUDE + text)


ADD = _script("""
local product, qty, seen = ARGV[2], tonumber(ARGV[3]), cjson.decode(ARGV[4])
local before = line(product)
local total = qty + (before and before.qty or 0)
if not before and #products() >= MOST_LINES then return answer('cart_full') end
if total > MOST_UNITS then return answer('too_many') end
local version = changed()
seen.qty, seen.position = total, before and before.position or version
keep(product, seen)
return answer('ok')
""")
"""Arguments: product, quantity, what was seen of it (JSON)."""

SET = _script("""
local product, qty = ARGV[2], tonumber(ARGV[3])
local before = line(product)
if qty > MOST_UNITS then return answer('too_many') end
if not before and qty > 0 then return answer('not_in_cart') end
if not before or before.qty == qty then return answer('ok') end
changed()
if qty > 0 then
  before.qty = qty
  keep(product, before)
else
  drop(product)
  if #products() == 0 then begin_anew() end
end
return answer('ok')
""")
"""Arguments: product, quantity; 0 removes the line."""

EMPTY = _script("""
local id, version = ARGV[2], ARGV[3]
if id then
  local now = redis.call('HMGET', key, 'cart_id', 'version')
  if now[1] ~= id or now[2] ~= version then return answer('cart_changed') end
end
local all = products()
if #all > 0 then
  changed()
  for _, product in ipairs(all) do drop(product) end
  begin_anew()
end
return answer('ok')
""")
"""Arguments: none, or id and version that the cart must still have."""

TAKE = _script("""
local leaving = redis.call('HGET', key, 'leaving')
local all = products()
if not leaving and #all > 0 then
  local lines = {}
  for _, product in ipairs(all) do
    local each = line(product)
    each.product = product
    lines[#lines + 1] = each
    drop(product)
  end
  table.sort(lines, function(a, b) return a.position < b.position end)
  local id = redis.call('HGET', key, 'cart_id')
  leaving = cjson.encode({id = id, recipient = ARGV[2], lines = lines})
  redis.call('HSET', key, 'leaving', leaving)
  changed()
  begin_anew()
end
return leaving
""")
"""Argument: for whom. Answers the parcel, an earlier one first if it has not arrived yet; nil if there is nothing."""

RECEIVE = _script("""
local parcel = cjson.decode(ARGV[2])
local merged = redis.call('HGET', key, 'merged') or ''
if string.find(merged, parcel.id, 1, true) then return answer('ok', 0, 0) end
local total, added, capped = #products(), 0, 0
for _, coming in ipairs(parcel.lines) do
  local product, before = coming.product, line(coming.product)
  local room = MOST_UNITS - (before and before.qty or 0)
  if not before and total >= MOST_LINES then room = 0 end
  if room < coming.qty then capped = capped + 1 end
  if room > 0 then
    local version = changed()
    local qty = (before and before.qty or 0) + math.min(coming.qty, room)
    if not before then
      before, total = coming, total + 1
      before.product, before.position = nil, version
    end
    before.qty = qty
    keep(product, before)
    added = added + 1
  end
end
changed()
redis.call('HSET', key, 'merged', string.sub(merged .. parcel.id .. ' ', -LONGEST_MEMORY))
return answer('ok', added, capped)
""")
"""Argument: the parcel. Answers also how many lines came in, and of how many not all did; the second time none."""

LET_GO = _script("""
local leaving = redis.call('HGET', key, 'leaving')
if leaving and cjson.decode(leaving).id == ARGV[2] then
  redis.call('HDEL', key, 'leaving')
  if #products() == 0 then redis.call('DEL', key) end
end
return answer('ok')
""")
"""Argument: the id of the parcel that has arrived. Nothing is left of a cart without lines."""
