-- Sends the requests of a file, which NUL separates, in random order, and prints the outcome as JSON.
local requests = {}

function init(args)
  for text in io.open(args[1], 'rb'):read('*a'):gmatch('[^%z]+') do
    requests[#requests + 1] = text
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local answered = summary.requests - errors.status
  io.write(string.format('{"answered":%d,"failed":%d,"perSecond":%f,"p99":%f}\n',
    answered, failed, answered / summary.duration * 1e6, latency:percentile(99) / 1000))
end
