# What a script in sh sees: `sh faults.sh request|mutation|subscription DOCUMENT VARIABLES`. Prints the data, or the fault
# and the code that the function returned.
directory=$(mktemp -d)
trap 'rm -r "$directory"' EXIT
. "$(dirname "$0")/../../docs/examples/curl/inmor.sh"
documents=$directory
printf %s "$2" >"$directory/fault.graphql"

case $1 in
  request) inmor_query fault "$3" 2>&1 ;;
  mutation) inmor_mutate fault "$3" 2>&1 ;;
  subscription) inmor_events fault "$3" 2>&1 ;;
esac
echo "returned $?"
