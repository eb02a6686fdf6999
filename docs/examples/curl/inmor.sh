# Functions for scripts in sh, with curl and jq: `. "$(dirname "$0")/inmor.sh"`. INMOR_URL, INMOR_KEY and, where there are
# several anchors, INMOR_ANCHOR come from the environment. Documents are those of ../documents, without their ending.

: "${INMOR_URL:?Set INMOR_URL, such as https://admin.example.org}" "${INMOR_KEY:?Set INMOR_KEY}"
documents=$(dirname "$0")/../documents
# Of the stream of a run: the event that says how it ended.
last_of_run='.renewalProgress | .run.endedAt != null and .item == null'

# inmor_send DOCUMENT VARIABLES [OPTION OF CURL…]: prints the answer. Every user of the machine can read the arguments of a
# program, so the key is not one of them.
inmor_send() (
  document=$1 variables=$2
  shift 2
  printf %s "$variables" | jq -c --rawfile query "$documents/$document.graphql" '{$query, variables: .}' |
    curl --silent --show-error --header @/dev/fd/3 --data-binary @- "$@" "${INMOR_URL%/}/graphql" 3<<HEADERS
Content-Type: application/json
X-API-Key: $INMOR_KEY
Inmor-Anchor: ${INMOR_ANCHOR:-}
HEADERS
)

# inmor_data ANSWER: prints `data`. Prints the fault and returns 1 if there is one, or 2 if it is no answer of GraphQL.
inmor_data() {
  fault=$(printf %s "$1" | jq -r '.errors[0] // empty | "\(.extensions.code): \(.message)"' 2>/dev/null) &&
    [ -n "$1" ] || { printf "This is no answer of GraphQL: %s\n" "$1" >&2; return 2; }
  [ -z "$fault" ] || { printf "%s\n" "$fault" >&2; return 1; }
  printf %s "$1" | jq -c .data
}

# inmor_query DOCUMENT VARIABLES: prints `data`. Returns 1 if the server refuses it, 2 without an answer.
inmor_query() {
  answer=$(inmor_send "$1" "$2" --max-time 120) || return 2
  inmor_data "$answer"
}

# inmor_mutate DOCUMENT VARIABLES: prints the data of the one mutation. Returns 1 if it is refused, and prints why.
inmor_mutate() {
  result=$(inmor_query "$1" "$2") || return
  refusal=$(printf %s "$result" | jq -r 'first(.[]) | select(.code) | "\(.code): \(.message)"')
  [ -z "$refusal" ] || { printf "%s\n" "$refusal" >&2; return 1; }
  printf %s "$result" | jq -c 'first(.[]) | .data // .'
}

# inmor_events DOCUMENT VARIABLES LAST: prints the data of each event until one for which LAST holds, a filter of jq.
# Reconnects after a loss. Returns 1 if the server refuses the subscription, 2 if the first connection fails.
inmor_events() {
  connected='' pause=1
  while :; do
    inmor_send "$1" "$2" --no-buffer --fail --keepalive-time 20 --header 'Accept: text/event-stream' | inmor_read "$3"
    case $? in
      0) return 0 ;;
      1) return 1 ;;
      2) [ "$connected" ] || return 2 ;;
      *) connected=yes pause=1 ;;
    esac
    sleep "$pause"
    [ "$pause" -ge 30 ] || pause=$((pause * 2))
  done
}

# inmor_read LAST: reads a stream. Returns 0 after the last event, 1 if it is refused, 2 if it is empty, 3 if it broke off.
inmor_read() {
  outcome=2
  while IFS= read -r line; do
    outcome=3
    case $line in
      'data: {"errors"'*'"code":"UNAVAILABLE"'*) return 3 ;;
      'data: {'*) inmor_data "${line#data: }" || return 1 ;;
      *) continue ;;
    esac
    [ "$(printf %s "${line#data: }" | jq ".data | ($1)")" != true ] || return 0
  done
  return "$outcome"
}
