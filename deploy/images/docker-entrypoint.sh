#!/bin/sh
# The admin server; it brings the database up to date before it listens.
exec node --disable-warning=ExperimentalWarning "$(dirname "$0")/server/main.ts"
