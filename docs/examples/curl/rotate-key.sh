#!/bin/sh
# Takes the next step of a rollover of the signing key: retires the previous key, announces the next one, or switches to it
# when every cache has it. Run it each day from a pipeline; a step that is not due yet is left for the next time. The key
# needs the role admin. `--now REASON` switches at once, in an emergency.
#
# Exits with 3 if a second person must approve the step, and prints the id of the approval. The scheduled rollover
# (scheduleRollover) does the same without a script.
#
#     sh rotate-key.sh ES256 90            (a new key every 90 days)
#     sh rotate-key.sh ES256 0 --now "the key was stolen"
set -eu
. "$(dirname "$0")/inmor.sh"

alg=$1 days=$2 reason=${4:-}

# step DOCUMENT VARIABLES SENTENCE: prints the sentence about a key, or why the step is not due. Exits on any other failure.
step() {
  answer=$(inmor_send "$1" "$2" --max-time 120)
  waiting=$(printf %s "$answer" | jq -r '.errors[0] | select(.extensions.approval)
    | "\(.extensions.code): \(.message) (\(.extensions.approval))"')
  [ -z "$waiting" ] || { printf '%s\n' "$waiting" && exit 3; }
  result=$(inmor_data "$answer" | jq -c 'first(.[])')
  case $(printf %s "$result" | jq -r .code) in
    null) echo "$3 $(printf %s "$result" | jq -r .signingKey.kid)." ;;
    UNSAFE_KEY_CHANGE) printf %s "$result" | jq -r .message && return 1 ;;
    *) printf %s "$result" | jq -r .message >&2 && exit 1 ;;
  esac
}

answer=$(inmor_query signing-keys '{}')
keys=$(printf %s "$answer" | jq -c .signingKeys.keys)
for kid in $(printf %s "$keys" | jq -r '.[] | select(.state == "PUBLISHED") | .kid'); do
  step retire-key "{\"input\": {\"kid\": \"$kid\"}}" Retired || :
done

current=$(printf %s "$keys" | jq -c '.[] | select(.state == "CURRENT")')
age=$(printf %s "$current" | jq '(now - (.signsSince | sub("\\.[0-9]+"; "") | fromdate)) / 86400 | floor')
if [ "$(printf %s "$keys" | jq 'any(.state == "ANNOUNCED")')" = true ]; then
  if step switch-key "$(jq -cn --arg reason "$reason" '{input: {overrideReason: (if $reason == "" then null else $reason end)}}')" 'Signing with'; then
    inmor_mutate reissue-trust-marks '{}' >/dev/null # the previous key is needed until they have a new signature
  fi
elif [ "$age" -ge "$days" ]; then
  step announce-key "{\"input\": {\"alg\": \"$alg\"}}" Announced
else
  printf %s "$current" | jq -r '"\(.kid) signs since \(.signsSince)."'
fi
