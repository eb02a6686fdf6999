# Functions for scripts in sh, with curl and jq: `. "$(dirname "$0")/inmor.sh"`. INMOR_URL, INMOR_KEY and, where there are
# several anchors, INMOR_ANCHOR come from the environment. Documents are those of ../documents, without their ending.

: "${INMOR_URL:?Set INMOR_URL, such as https://admin.example.org}" "${INMOR_KEY:?Set INMOR_KEY}"
documents=$(dirname "$0")/../documents

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
  printf %s "$result" | jq -c 'first(.[])'
}

# inmor_events DOCUMENT VARIABLES: prints the data of each event until its reader leaves; a blank line is no event.
# Reconnects after a loss. Returns 1 if the server refuses the subscription, 2 if the first connection fails.
inmor_events() {
  connected='' pause=1
  while :; do
    outcome=0
    inmor_send "$1" "$2" --no-buffer --fail --keepalive-time 20 --header 'Accept: text/event-stream' |
      inmor_read || outcome=$?
    case $outcome in
      0) connected=yes pause=1 ;;
      1) return 1 ;;
      *) [ "$connected" ] || return 2 ;;
    esac
    echo 2>/dev/null || return 0
    sleep "$pause"
    [ "$pause" -ge 30 ] || pause=$((pause * 2))
  done
}

# inmor_read: reads a stream to its end. Returns 1 if the server refuses it, 2 if it is empty.
inmor_read() {
  state=2
  while IFS= read -r line; do
    state=0
    case $line in
      'data: {"errors"'*'"code":"UNAVAILABLE"'*) return 0 ;;
      'data: {'*) inmor_data "${line#data: }" || return 1 ;;
    esac
  done
  return "$state"
}
