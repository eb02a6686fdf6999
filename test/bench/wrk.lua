-- Sends the requests of a file, which NUL separates, in random order or each once, and prints the outcome as JSON.
local requests = {}
local order, sent = 'random', 0

function init(args)
  order = args[2]
  for text in io.open(args[1], 'rb'):read('*a'):gmatch('[^%z]+') do
    requests[#requests + 1] = text
  end
end

function request()
  if order == 'random' then return requests[math.random(#requests)] end
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local answered = summary.requests - errors.status
  io.write(string.format('{"answered":%d,"failed":%d,"perSecond":%f,"p50":%f,"p99":%f}\n',
    answered, failed, answered / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
