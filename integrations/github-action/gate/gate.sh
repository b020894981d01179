#!/usr/bin/env bash
# The step of action.yml: asks the gate, tells GitHub what it answered, and passes or fails.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tell-github.sh
. "$here/tell-github.sh"
# Neither the command line nor what it starts needs the token of GitHub.
github_token=$INPUT_GITHUB_TOKEN
unset INPUT_GITHUB_TOKEN

die() {
  echo "::error::$1"
  exit 2
}
one_of() { # name of an input, its value, what it may be
  [[ " $3 " == *" $2 "* ]] || die "The input $1 is one of: $3."
}
one_of fail "$INPUT_FAIL" 'closed open'
one_of comment "$INPUT_COMMENT" 'true false'
one_of mcp "${INPUT_MCP:-false}" 'true false'
[[ $INPUT_WAIT =~ ^([0-9]{1,5}[smh])?$ ]] || die 'The input wait is a time such as 90s, 30m or 2h.'
[[ $INPUT_GITHUB_TIMEOUT =~ ^[1-9][0-9]{0,2}$ ]] || die 'The input github-timeout is a number of seconds, 999 at most.'

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# Of a pull request GITHUB_SHA is a merge that nobody sees; its own last commit is in the event.
event() { jq -r "$1 // empty" "${GITHUB_EVENT_PATH:-/dev/null}" 2>/dev/null || true; }
sha=$(event '.pull_request.head.sha')
sha=${sha:-$GITHUB_SHA}
pull_request=$(event '.pull_request.number')

# The command may be several words, such as `npx --yes afterai@0.1`.
read -ra command <<<"$INPUT_COMMAND"
arguments=(gate --json "--system=$INPUT_SYSTEM" "--environment=$INPUT_ENVIRONMENT" "--from=$INPUT_FROM")
case $INPUT_MCP in true) arguments+=(--mcp) ;; false) arguments+=(--no-mcp) ;; esac
# A title is one line; that of a pull request may be longer than that of a change.
title=$(jq -rn --arg title "$INPUT_PLAN" '$title | gsub("[\\p{Cc}\\p{Zl}\\p{Zp}]+"; " ") | sub("^ +"; "") | .[:200]')
if [ -n "$title" ]; then arguments+=("--plan=$title" "--revision=$sha"); fi

# Asks; sets `code`, and `answer` to the gate's own words, or to nothing where it gave none.
ask() {
  local fence
  fence=$(random)
  # Nothing that the command says is a command to the runner.
  echo "::stop-commands::$fence"
  code=0
  answer=$("${command[@]}" "${arguments[@]}" "$@") || code=$?
  # It is an answer only where the words and the exit code say the same.
  answer=$(jq -c --argjson code "$code" '
    select(type == "object" and (.open | type == "boolean") and (.answer | type == "string"))
    | select(if .open then $code == 0 else $code >= 31 and $code <= 36 end)' <<<"$answer" 2>/dev/null) || answer=
  # No answer is no success, whatever else the command did.
  if [ -z "$answer" ] && [ "$code" -eq 0 ]; then code=1; fi
  state=$(in_words state)
  echo "AfterAI gate: $(in_words sentence)"
  echo "::$fence::"
  tell
}

in_words() {
  jq -rn --argjson answer "${answer:-null}" --argjson code "$code" --arg fail "$INPUT_FAIL" --arg system "$INPUT_SYSTEM" \
    --arg environment "$INPUT_ENVIRONMENT" -L "$here" "include \"telling\"; \$answer | $1"
}

# Tells the answer to people in the pull request, and to rules of branches in the status of the commit.
tell() {
  set_status "$sha" "$state" "$(in_words sentence)"
  if [ "$INPUT_COMMENT" = false ] || [ -z "$pull_request" ]; then return 0; fi
  # One comment for each system and environment, whatever characters their names have.
  comment "$pull_request" "<!-- afterai-gate $(jq -rn '$ARGS.positional | join("\n") | @base64' --args "$INPUT_SYSTEM" "$INPUT_ENVIRONMENT") -->" \
    "$(in_words markdown)"
}

ask
# Whoever is to decide has to hear of it before somebody waits for them.
if [ -n "$INPUT_WAIT" ] && [ "$state" = pending ]; then ask "--wait=$INPUT_WAIT"; fi

# A random delimiter, as the format of outputs asks: no answer can end a value early.
output() {
  local delimiter
  delimiter="end-$(random)"
  printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
}
of_answer() { jq -r "$1" <<<"${answer:-null}"; }
is_open=$(of_answer '.open // false')
output open "$is_open"
output answer "$(of_answer '.answer // "none"')"
output exit-code "$code"
output change "$(of_answer '.changeId // empty')"
output record "$(of_answer '.recordId // empty')"
in_words markdown >>"$GITHUB_STEP_SUMMARY"

if [ "$is_open" = true ]; then exit 0; fi
if [ "$INPUT_FAIL" = open ]; then
  echo "::warning title=AfterAI gate::The gate is not open, and this step passes all the same: it was told to fail open."
  exit 0
fi
exit "$code"
