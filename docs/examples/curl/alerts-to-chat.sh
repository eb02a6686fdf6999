#!/bin/sh
# Posts each new alert to a chat, once, also after a lost connection. CHAT_URL is an incoming webhook that takes
# {"text": "…"}, as Slack, Mattermost and Rocket.Chat have. The key needs the role viewer. It runs until it is stopped, or
# the key is refused; a restart posts the present alerts again.
#
#     sh alerts-to-chat.sh
set -eu
. "$(dirname "$0")/inmor.sh"

post() {
  jq -cn --arg text "$1" '{$text}' |
    curl --silent --show-error --fail --header 'Content-Type: application/json' --data-binary @- --output /dev/null "$CHAT_URL"
}

inmor_events alerts-changed '{}' | {
  posted='[]' # the ids of the present alerts that the chat has
  while IFS= read -r event; do
    [ -n "$event" ] || continue
    present='[]'
    while IFS= read -r alert; do
      [ -n "$alert" ] || continue
      id=$(printf %s "$alert" | jq .id)
      text=$(printf %s "$alert" | jq -r '"\(.severity) \(.code): \(.message)"')
      # One that could not be posted is tried again with the next change.
      if printf %s "$posted" | jq -e "index($id) != null" >/dev/null || post "$text"; then
        present=$(printf %s "$present" | jq -c ". + [$id]")
      fi
    done <<ALERTS
$(printf %s "$event" | jq -c '.alertsChanged[]')
ALERTS
    posted=$present
  done
  exit 1 # the server refused the subscription
}
