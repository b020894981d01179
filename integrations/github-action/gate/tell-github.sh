# Functions that tell GitHub: a commit status, and one comment on a pull request. What GitHub refuses is a warning: it changes no answer.
# Source: docs.github.com/rest, "Commit statuses" and "Issue comments", version 2022-11-28.

repository="/repos/$GITHUB_REPOSITORY"

# One request: method, path below the API's address, body (or nothing). Sets `http_status` and `http_body`. The token is in no argument of a
# process.
github() {
  local got request=(-X "$1")
  if [ $# -ge 3 ]; then request+=(-H 'Content-Type: application/json' --data-binary @-); fi
  got=$(curl -sS --max-time "$INPUT_GITHUB_TIMEOUT" --config <(printf 'header = "Authorization: Bearer %s"\n' "$github_token") \
    -H 'Accept: application/vnd.github+json' -H 'X-GitHub-Api-Version: 2022-11-28' \
    "${request[@]}" -w '\n%{http_code}' "$GITHUB_API_URL$2" <<<"${3:-}" 2>/dev/null) || true
  http_status=${got##*$'\n'}
  http_body=${got%$'\n'*}
  [[ $http_status == 2?? ]]
}

warn() {
  local why="GitHub answered $http_status"
  if [[ $http_status != [1-5]?? ]]; then why="GitHub gave no answer within $INPUT_GITHUB_TIMEOUT seconds"; fi
  echo "::warning title=AfterAI gate::$1: $why. The answer of the gate stands; the summary of this job has it."
}

# A description has 140 characters at most.
set_status() { # commit, state, description
  local target="${GITHUB_SERVER_URL:-}/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-}"
  local body
  body=$(jq -n --arg state "$2" --arg context "$INPUT_STATUS" --arg description "$3" --arg target "$target" '
    {state: $state, context: $context, description: ($description | if length > 140 then .[:139] + "…" else . end)}
    + if $target | test("^https?://.+/[0-9]+$") then {target_url: $target} else {} end')
  github POST "$repository/statuses/$1" "$body" || warn 'The commit status could not be set'
}

# The comment with a marker, on any page, that the token's owner wrote: anybody can write a marker, and what others wrote is theirs. The token
# of a job may not ask who it is; it is a bot.
find_comment() { # pull request, marker; sets `comment_id`
  local page login=
  comment_id=
  if github GET /user; then login=$(jq -r '.login // empty' <<<"$http_body") || return 1; fi
  for ((page = 1; page <= 30; page++)); do
    github GET "$repository/issues/$1/comments?per_page=100&page=$page" || return 1
    comment_id=$(jq -r --arg marker "$2" --arg login "$login" '
      [.[] | select(if $login == "" then .user.type == "Bot" else .user.login == $login end)
        | select(.body // "" | startswith($marker))] | first | .id // empty' <<<"$http_body") || return 1
    if [ -n "$comment_id" ] || [ "$(jq length <<<"$http_body")" -lt 100 ]; then return 0; fi
  done
}

comment() { # pull request, marker, text
  local body
  body=$(jq -n --arg body "$2"$'\n'"$3" '{body: $body}')
  if ! find_comment "$1" "$2"; then warn 'The comments of the pull request could not be read'
  elif [ -n "$comment_id" ]; then
    github PATCH "$repository/issues/comments/$comment_id" "$body" || warn 'The comment could not be brought up to date'
  else github POST "$repository/issues/$1/comments" "$body" || warn 'The pull request could not be commented on'; fi
}
