#!/usr/bin/env bash
# Verifies AfterAI export bundles with jq (1.6+), openssl (3.0+), xxd, sed and coreutils alone.
# The keys are the ones you pinned; nothing in a bundle is trusted before it is proved.
# BUNDLE may be a folder: each file in it gets a line that begins with its name, and the first verdict that isn't "valid" is the exit code.
# usage: verify.sh BUNDLE RECORD_KEY_PEM LOG_VKEY [KEPT_CHECKPOINT]
set -euo pipefail
export LC_ALL=C
[ $# -ge 3 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 64; }
vkey=$3 kept=${4:-}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

finish() { printf '%s: %s\n' "$1" "$2"; exit "$3"; }
unusable() { finish unusable "what you pinned cannot be used: $1" 64; }
malformed() { finish malformed "$1" 10; }
unknown_key() { finish unknown_key "$1" 11; }
invalid_signature() { finish invalid_signature "$1" 12; }
invalid_inclusion() { finish invalid_inclusion "$1" 13; }
inconsistent() { finish inconsistent "$1" 14; }

sha() { local sum; sum=$(sha256sum); printf %s "${sum%% *}"; }
bytes() { xxd -r -p <<<"$1"; }                                         # of hex
node() { bytes "01$1$2" | sha; }                                       # SHA-256(0x01 || left || right), RFC 6962
take() { head -c $(($2 + 1)) -- "$1" >"$3" && size=$(wc -c <"$3") && ((size <= $2)); }   # never more than the limit, whatever the file

# Types are asked for first: what jq asks of all members of an array, it would ask of an object's too.
forms='
  def exactly($names): type == "object" and keys == $names;
  def sorted: . as $it | if type == "object" then reduce keys[] as $key ({}; .[$key] = ($it[$key] | sorted))
    elif type == "array" then map(sorted) elif type == "number" then . + 0 else . end;
  def read(form): . as $text | fromjson | if form and (sorted | tojson) == $text then . else error("another form or spelling") end;
  def bytes: length / 4 * 3 - (if endswith("==") then 2 elif endswith("=") then 1 else 0 end);
  def hex: bytes as $bytes | [explode[] | select(. != 61)
      | if . >= 97 then . - 71 elif . >= 65 then . - 65 elif . >= 48 then . + 4 elif . == 43 then 62 else 63 end]
    | . as $six | [range(0; length; 2) as $at | $six[$at] * 64 + ($six[$at + 1] // 0) | (. / 256 | floor), (. % 256 / 16 | floor), . % 16
      | "0123456789abcdef"[.:. + 1]] | add // "" | .[:$bytes * 2];
  def list(form): type == "array" and all(.[]; form);
  def spelled($form): type == "string" and test("\\A(?:" + $form + ")\\z");
  def one_of($words): . as $it | any($words[]; . == $it);
  def once: length == (unique | length);
  def base64: type == "string" and length % 4 == 0 and (.[:-4] | test("[^A-Za-z0-9+/]") | not)
    and (.[-4:] | spelled("(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"));
  def base64($most): base64 and bytes <= $most;
  def hash: spelled("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=");
  def digest: spelled("[0-9a-f]{64}");
  def section: one_of(["before", "after", "evidence", "rationale", "identities", "details"]);
  def size: spelled("0|[1-9][0-9]{0,17}");
  def signature_line: split(" ") | length == 3 and .[0] == "—" and (.[1] | spelled("[!-*,-~]+"))
    and (.[2] | base64 and (length > 8 or length == 8 and (endswith("==") | not)));
  def signer: split(" ") | [.[1], (.[2][:8] | hex[:8])];
  def own_first($origin): map(split(" ")[1] == $origin) | . == (sort | reverse);
  def checkpoint: type == "string" and length <= 65536 and endswith("\n") and (split("\n\n")
    | length == 2
      and (.[0] | test("[^ -~\n]") | not)
      and (.[0] | split("\n") | length >= 3 and .[0] != "" and (.[1] | size) and (.[2] | hash))
      and ((.[0] | split("\n")[0]) as $origin | .[1] | rtrimstr("\n") | split("\n")
        | length > 0 and length <= 100 and all(.[]; signature_line) and (map(signer) | once) and own_first($origin)));
  def proof: list(hash) and length <= 64;
  def tlog_proof: type == "string" and length <= 65536 and (split("\n\n")
    | (.[0] | split("\n") | .[0] == "c2sp.org/tlog-proof@v1" and (.[1] | spelled("index (?:0|[1-9][0-9]{0,17})")) and (.[2:] | proof))
      and (.[1:] | join("\n\n") | checkpoint));
  def disclosure: (.section | section) and (exactly(["erased", "section"]) and .erased == true
    or exactly(["bytes", "salt", "section"]) and (.salt | hash) and (.bytes | base64));
  def pae_head: "DSSEv1 \(.payloadType | length) \(.payloadType) \(.payload | bytes) ";
  def bundle: exactly(["consistencyProof", "disclosures", "dsseEnvelope", "entry", "format", "keyHints", "timestamps", "tlogProof"])
    and .format == "urn:afterai:bundle:v1" and .timestamps == [] and (.entry | base64(65534)) and (.tlogProof | tlog_proof)
    and (.dsseEnvelope | exactly(["payload", "payloadType", "signatures"])
      and (.payload | base64(4095)) and (.payloadType | spelled("[ -~]*")) and (pae_head | length) + (.payload | bytes) <= 4095
      and (.signatures | list(exactly(["keyid", "sig"]) and (.keyid | digest) and (.sig | base64(72))) and length == 1))
    and (.disclosures | list(disclosure) and (map(.section) | once and . == sort))
    and (.consistencyProof | . == null or exactly(["earlierCheckpoint", "hashes"])
      and (.earlierCheckpoint | checkpoint) and (.hashes | proof))
    and (.keyHints | exactly(["logVkey", "recordKey"]) and (.logVkey | spelled("[!-~]+") and length <= 1024)
      and (.recordKey | base64 and length <= 1024));
  def entry: exactly(["keyid", "kind", "paeSha256", "sig", "v"]) and .v == 1 and (.kind | one_of(["audit", "pacr"]))
    and (.keyid | digest) and (.paeSha256 | digest) and (.sig | base64);
  def id: spelled("[A-Za-z0-9_-]{1,64}");
  def instant: spelled("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z");
  def producer: exactly(["id", "sequence"]) and (.id | id)
    and (.sequence | type == "number" and . >= 0 and . == floor and . <= 9007199254740991);
  def pacr: exactly(["aceId", "actors", "auraId", "commitments", "decidedAt", "decision", "decisionDetail", "policyDigest",
      "producer", "recordId", "riskLevel", "sealedAt", "supersedes", "tenantId"])
    and (.recordId | id) and (.tenantId | id) and (.aceId | id) and (.auraId | . == null or id)
    and (.decision | one_of(["act", "not_act"])) and (.riskLevel | one_of(["low", "medium", "high", "critical", "unknown"]))
    and (.decisionDetail | one_of(["approve", "approve_with_conditions", "reject", "defer", "rollback", "accept_risk"]))
    and (.actors | list(exactly(["id", "role"]) and (.id | id) and (.role | one_of(["requester", "approver", "decider"]))))
    and (.decidedAt | instant) and (.sealedAt | instant) and (.policyDigest | digest) and (.supersedes | . == null or digest);
  def audit: exactly(["action", "actorId", "at", "commitments", "eventId", "outcome", "producer", "tenantId"])
    and (.eventId | id) and (.tenantId | id) and (.actorId | id) and (.at | instant)
    and (.action | spelled("[a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)*")) and (.outcome | one_of(["success", "denied", "failure"]));
  def statement: exactly(["_type", "predicate", "predicateType", "subject"]) and ._type == "https://in-toto.io/Statement/v1"
    and (.predicateType == "urn:afterai:pacr:v1" and (.predicate | pacr)
      or .predicateType == "urn:afterai:audit:v1" and (.predicate | audit))
    and (.predicate.producer | producer)
    and (.subject | length > 0
      and list(exactly(["digest", "name"]) and (.name | section) and (.digest | exactly(["sha256"]) and (.sha256 | digest)))
      and (map(.name) | once))
    and (.subject | map(.name) | sort) as $names
    | (.predicate.commitments | exactly($names) and all(.[]; digest));

  def checkpoint_lines: (split("\n\n")[0] + "\n" | @base64, (split("\n") | .[0], .[1], (.[2] | hex))),
    ((split("\n")[0]) as $origin | [split("\n\n")[1] | split("\n")[] | select(. != "" and $origin == $name and signer == [$name, $id])
      | split(" ")[2] | hex[8:]] | .[0] // "-");
  def bundle_lines: (.entry | @base64d | read(entry)) as $entry
    | (.dsseEnvelope | try (.payload | @base64d | read(statement)) catch null) as $statement
    | (.dsseEnvelope | pae_head, .payload, (.signatures[0] | .keyid, (.sig | hex), "\(.keyid) \(.sig)")),
      (if $statement and .dsseEnvelope.payloadType == "application/vnd.in-toto+json"
        then $statement.predicateType, ([$statement.subject[].name | "\(.) \($statement.predicate.commitments[.])"] | join(" ")) else "-", "" end),
      .entry, "urn:afterai:\($entry.kind):v1", ($entry | "\(.paeSha256) \(.keyid) \(.sig)"), (.keyHints | "\(.recordKey) \(.logVkey)"),
      (.tlogProof | split("\n\n")
        | (.[0] | split("\n") | .[1][6:], (.[2:] | map(hex) | join(" "))), (.[1:] | join("\n\n") | checkpoint_lines)),
      (.consistencyProof | if . then "proof", (.hashes | map(hex) | join(" ")), (.earlierCheckpoint | checkpoint_lines)
        else "none", "", "", "", "", "", "" end),
      (.disclosures[] | "\(.section) \(if .erased then "-" else .salt | hex end)", (.bytes // ""));
  def told: (try [if utf8bytelength > 67108864 or test("[^ -~—]") then error else read(bundle) | bundle_lines end] catch []) | length, .[];'

# little_endian HEX: sets number to the hex of a number that RFC 8032 writes with its lowest byte first; hex of one length compares as text.
little_endian() { local at; number=''; for ((at = ${#1} - 2; at >= 0; at -= 2)); do number+=${1:at:2}; done; }

# sound_point HEX: the one encoding of a point (RFC 8032 §5.1.2), and none of the eight of small order, for which anybody can sign.
sound_point() {
  little_endian "$1"
  number=$((0x${number:0:1} & 7))${number:1}   # without the sign of x
  [[ $number < 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed ]] || return 1
  case $number in
    000000000000000000000000000000000000000000000000000000000000000[01]) return 1 ;;
    7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec) return 1 ;;
    05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826) return 1 ;;
    7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7) return 1 ;;
  esac
}

# sound_signature HEX: R is such a point and S is below the group's order (RFC 8032 §5.1.7), so that a signature has one spelling.
sound_signature() {
  [ ${#1} = 128 ] && sound_point "${1:0:64}" || return 1
  little_endian "${1:64}"
  [[ $number < 1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed ]]
}

# verify SPKI_HEX KEY_PEM SIGNATURE_HEX MESSAGE: Ed25519, or P-256 with SHA-256
verify() {
  local digest=(-digest sha256)
  [[ $1 != $ed25519* ]] || { digest=(); sound_signature "$3" || return 1; }
  bytes "$3" >"$work/sig"
  openssl pkeyutl -verify -pubin -inkey "$2" -rawin "${digest[@]}" -in "$4" -sigfile "$work/sig" >/dev/null 2>&1
}

# logged TEXT SIGNATURE_HEX: whether the log that was pinned signed the text (Base64) of a checkpoint
logged() { base64 -d <<<"$1" >"$work/text"; verify "$ed25519" "$work/log.pem" "$2" "$work/text"; }

# What was pinned can be used.
ed25519=302a300506032b6570032100 p256=3059301306072a8648ce3d020106082a8648ce3d03010703420004
for tool in jq openssl xxd sed base64 sha256sum; do command -v $tool >/dev/null || unusable "this machine has no $tool"; done
take "$2" 65536 "$work/record" || unusable "the record key's file is over 65536 bytes"
openssl pkey -pubin -in "$work/record" -outform DER -out "$work/record.der" 2>/dev/null || unusable "the record key is no public key in PEM"
record=$(xxd -p -c 200 "$work/record.der")
[[ $record == $ed25519* && ${#record} = 88 || $record == $p256* && ${#record} = 182 ]] || unusable "the record key is not in its one encoding"
[[ $record != $ed25519* ]] || sound_point "${record:24}" || unusable "the record key is of small order or not canonical: anybody could sign with it"
openssl pkey -pubin -inform DER -in "$work/record.der" -out "$work/record.pem"
keyid=$(sha <"$work/record.der") record64=$(base64 -w0 "$work/record.der")
log_name=${vkey%%+*} key64=${vkey#*+}; log_id=${key64%%+*} key64=${key64#*+}   # Base64 has + too, and may end in it
base64 -d <<<"$key64" >"$work/key" 2>/dev/null && [ "$(base64 -w0 "$work/key")" = "$key64" ] && [ ${#vkey} -le 1024 ] || unusable "the vkey is not one"
log=$(xxd -p -c 200 "$work/key")
[[ $log == 01* && ${#log} = 66 ]] || unusable "the vkey is not one of type Ed25519"
[ "$({ printf '%s\n' "$log_name"; cat "$work/key"; } | sha | cut -c1-8)" = "$log_id" ] || unusable "the vkey's id is not that of its key"
sound_point "${log:2}" || unusable "the log's key is of small order or not canonical: anybody could sign with it"
bytes "$ed25519${log:2}" | openssl pkey -pubin -inform DER -out "$work/log.pem" 2>/dev/null || unusable "the log's key is none"
jq() { command jq -Rr --arg name "$log_name" --arg id "$log_id" "$@"; }
kept_tree=''
if [ -n "$kept" ]; then
  take "$kept" 65536 "$work/kept" || unusable "the kept checkpoint is over 65536 bytes"
  jq -s "$forms if checkpoint then checkpoint_lines else error end" "$work/kept" >"$work/told" 2>/dev/null || unusable "the kept checkpoint is not one"
  mapfile -t lines <"$work/told"
  [ "${lines[4]}" != - ] || unusable "the pinned log key did not sign the kept checkpoint"
  logged "${lines[0]}" "${lines[4]}" || unusable "the kept checkpoint's signature is wrong"
  kept_tree="${lines[2]} ${lines[3]}"
fi

# line_of FILE: a bundle as a line for jq. It has no newline and no null character: in place of one stands another that it hasn't either.
# Millions of empty objects fit into few bytes, and not into memory: parts are counted before anything is parsed.
line_of() {
  local text=''
  [ -f "$1" ] && ! IFS= read -rd '' -n 65537 text <"$1" && { printf '%s\n' "${text//$'\n'/$'\1'}"; return; }   # a small file, without a null character
  take "$1" 67108864 "$work/bundle" && (($(tr -dc '[{,' <"$work/bundle" | wc -c) <= 1000)) && tr '\n\0' '\1\1' <"$work/bundle"
  echo
}

# verify_bundle: of what jq told of it, in lines
verify_bundle() {
  # 1. The bundle is bounded, canonical JSON with exactly the fields of its format.
  ((${#lines[@]} > 0)) || malformed "the bundle is too large, or its fields are not those of its format in their one spelling"
  local pae_head=${lines[0]} payload=${lines[1]} signer=${lines[2]} sig=${lines[3]} statement=${lines[5]} logged_envelope=${lines[9]}
  sections=${lines[6]} entry=${lines[7]} index=${lines[11]} path=${lines[12]}
  later_origin=${lines[14]} later_size=${lines[15]} later_root=${lines[16]}
  consistency=${lines[18]} proof=${lines[19]} earlier_size=${lines[22]} earlier_root=${lines[23]}

  # 2. The pinned record key signed the envelope (DSSE).
  { printf %s "$pae_head"; base64 -d <<<"$payload"; } >"$work/pae"
  [ "$signer" = "$keyid" ] || unknown_key "the envelope is signed by $signer"
  verify "$record" "$work/record.pem" "$sig" "$work/pae" || invalid_signature "the envelope's signature is wrong"

  # 3. What is signed is a statement of the kind that was logged.
  [ "$statement" != - ] || malformed "the payload is not a statement"
  [ "$statement" = "${lines[8]}" ] || malformed "the statement was logged as another kind"

  # 4. The log's entry is about this envelope.
  [ "$logged_envelope" = "$(sha <"$work/pae") ${lines[4]}" ] || invalid_inclusion "the entry is about another envelope"

  # 5. The pinned log signed the checkpoint. Its size and root are the only ones used.
  [ "${lines[17]}" != - ] || unknown_key "the pinned log key did not sign the checkpoint"
  logged "${lines[13]}" "${lines[17]}" || invalid_signature "the checkpoint's signature is wrong"

  # 6. The key hints are true.
  [ "${lines[10]}" = "$record64 $vkey" ] || malformed "the key hints name other keys"

  check_inclusion
  check_consistency
  check_disclosures "${lines[@]:25}"
}

# 7. The entry is in the tree (RFC 9162 §2.1.3.2).
check_inclusion() {
  local hash fn=$index sn=$((later_size - 1)) sibling
  hash=$({ printf '\000'; base64 -d <<<"$entry"; } | sha)
  ((index < later_size)) || invalid_inclusion "the index is beyond the tree"
  for sibling in $path; do
    ((sn > 0)) || invalid_inclusion "the proof is too long"
    if ((fn & 1 || fn == sn)); then
      hash=$(node "$sibling" "$hash")
      while ((!(fn & 1) && fn)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else hash=$(node "$hash" "$sibling"); fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  [ "$sn" = 0 ] && [ "$hash" = "$later_root" ] || invalid_inclusion "the entry is not at index $index of the log"
}

# 8. The log continues its earlier checkpoint (RFC 9162 §2.1.4.2), and the one that was kept.
check_consistency() {
  local known="$later_size $later_root"
  if [ "$consistency" != none ]; then
    [ "${lines[24]}" != - ] || unknown_key "the pinned log key did not sign the earlier checkpoint"
    logged "${lines[20]}" "${lines[24]}" || inconsistent "the earlier checkpoint's signature is wrong"
    continues "$proof"
    known+=$'\n'"$earlier_size $earlier_root"
  fi
  [ -z "$kept" ] || grep -qxF "$kept_tree" <<<"$known" || inconsistent "nothing shows that the log continues the kept checkpoint of size ${kept_tree% *}"
}

# continues PROOF: the later checkpoint is of the earlier one's tree, grown.
continues() {
  local path=$1 fn=$((earlier_size - 1)) sn=$((later_size - 1)) fr='' sr='' sibling
  ((earlier_size > 0 && earlier_size <= later_size)) || inconsistent "the earlier checkpoint is not earlier"
  if ((earlier_size == later_size)); then
    [ -z "$path" ] && [ "$earlier_root" = "$later_root" ] || inconsistent "the log has forked"
    return
  fi
  [ -n "$path" ] || inconsistent "the consistency proof is empty"
  ((earlier_size & (earlier_size - 1))) || path="$earlier_root $path"
  while ((fn & 1)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  for sibling in $path; do
    if [ -z "$fr" ]; then fr=$sibling sr=$sibling; continue; fi
    ((sn > 0)) || inconsistent "the consistency proof is too long"
    if ((fn & 1 || fn == sn)); then
      fr=$(node "$sibling" "$fr") sr=$(node "$sibling" "$sr")
      while ((!(fn & 1) && fn)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else sr=$(node "$sr" "$sibling"); fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  [ "$sn" = 0 ] && [ "$fr" = "$earlier_root" ] && [ "$sr" = "$later_root" ] || inconsistent "the log has forked"
}

# 9. What is disclosed is what was committed to.
check_disclosures() {
  local disclosed='' erased='' withheld='' section salt mac seen
  for ((; $#; )); do
    read -r section salt <<<"$1"
    [[ " $sections " == *" $section "* ]] || finish payload_mismatch "the record has no section $section" 16
    if [ "$salt" = - ]; then erased+=" $section"; else
      base64 -d <<<"$2" >"$work/bytes"
      mac=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" -r "$work/bytes")
      [[ " $sections " == *" $section ${mac%% *} "* ]] || finish payload_mismatch "section $section is not what was committed to" 16
      disclosed+=" $section"
    fi
    shift 2
  done
  for section in $sections; do [[ ${#section} = 64 || "$disclosed$erased " == *" $section "* ]] || withheld+=" $section"; done
  seen="disclosed:${disclosed:- none}; withheld:${withheld:- none}"
  [ -z "$erased" ] || finish payload_erased "said to be erased:$erased; nothing proves it yet, all other proofs hold; $seen" 17
  finish valid "index $index of $later_size, root $later_root, origin $later_origin; $seen" 0
}

files=("$1"); [ ! -d "$1" ] || files=("$1"/*)
for file in "${files[@]}"; do
  [ -r "$file" ] || finish unreadable "$file cannot be read" 66
  line_of "$file"
done >"$work/lines"
jq "$forms told" "$work/lines" >"$work/told" 2>/dev/null || malformed "jq cannot read it"
exec 3<"$work/told"
code=0
for file in "${files[@]}"; do
  read -ru 3 count
  lines=(); ((count == 0)) || mapfile -tn "$count" -u 3 lines
  answer=$(verify_bundle) || code=$((code ? code : $?))
  [ ! -d "$1" ] || printf '%s: ' "${file##*/}"
  printf '%s\n' "$answer"
done
exit $code
