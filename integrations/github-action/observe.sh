#!/usr/bin/env bash
# The step of action.yml: observes, hands the changes on as an output, and says in the job's summary what came of it.
set -euo pipefail

arguments=(observe --system "$INPUT_SYSTEM" --environment "$INPUT_ENVIRONMENT" --from "$INPUT_FROM" --quiet)
if [ "$INPUT_HISTORY" = true ]; then
  arguments+=(--git --revision "$GITHUB_SHA")
  # A first push to a branch has no commit before it (forty zeros); after a forced push the clone may lack it. All is told then: what
  # AfterAI knows already counts once.
  if [ -n "${INPUT_SINCE//0/}" ]; then
    if git cat-file -e "$INPUT_SINCE^{commit}" 2>/dev/null; then arguments+=(--since "$INPUT_SINCE")
    else echo "::notice::This clone has no commit $INPUT_SINCE; the whole history is told."; fi
  fi
else
  arguments+=(--origin ci --revision "$GITHUB_SHA")
  case "${INPUT_MCP:-}" in
    true) arguments+=(--mcp) ;;
    false) arguments+=(--no-mcp) ;;
  esac
fi

# The command may be several words, such as `npx --yes afterai@0.1`.
read -ra command <<<"$INPUT_COMMAND"
changes=$("${command[@]}" "${arguments[@]}")

# A random delimiter, as the format of outputs asks: no answer can end the value early.
delimiter="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf 'changes<<%s\n%s\n%s\n' "$delimiter" "$changes" "$delimiter" >>"$GITHUB_OUTPUT"

if [ -z "$changes" ]; then
  echo "AfterAI: $INPUT_SYSTEM runs with what it ran with before." >>"$GITHUB_STEP_SUMMARY"
else
  {
    echo "AfterAI: $INPUT_SYSTEM changed. To look at it:"
    while read -r change; do printf '\n    afterai ace show %s\n' "$change"; done <<<"$changes"
  } >>"$GITHUB_STEP_SUMMARY"
fi
