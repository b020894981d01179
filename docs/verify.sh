#!/usr/bin/env bash
# Verifies an AfterAI export bundle with jq, openssl (3.0+), xxd and coreutils alone.
# The keys are the ones you pinned; nothing in the bundle is trusted before it is proved.
# usage: verify.sh BUNDLE RECORD_KEY_PEM LOG_VKEY [KEPT_CHECKPOINT]
set -euo pipefail
[ $# -ge 3 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 64; }
bundle=$1 record_pem=$2 vkey=$3 kept=${4:-}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

finish() { echo "$1: $2"; exit "$3"; }
malformed() { finish malformed "$1" 10; }
unknown_key() { finish unknown_key "$1" 11; }
invalid_signature() { finish invalid_signature "$1" 12; }
invalid_inclusion() { finish invalid_inclusion "$1" 13; }
inconsistent() { finish inconsistent "$1" 14; }

field() { jq -j "$1" "$bundle"; }                                      # a value of the bundle
sha() { sha256sum | cut -c1-64; }
node() { { printf '\001'; printf %s "$1$2" | xxd -r -p; } | sha; }     # SHA-256(0x01 || left || right), RFC 6962
canonical() { jq -cjSs 'if length == 1 then .[0] else error end' "$1" 2>/dev/null | cmp -s - "$1"; }   # one value in its one spelling
is() { jq -e "$forms $1" "$2" >/dev/null 2>&1; }                       # whether a file is of a form
decode() { printf %s "$1" | base64 -d >"$2" 2>/dev/null && [ "$(base64 -w0 "$2")" = "$1" ]; }
hex_list() { while read -r line; do decode "$line" "$work/h"; xxd -p -c 64 "$work/h"; done; }

# Types are asked for first: what jq asks of all members of an array, it would ask of an object's too.
forms='
  def exactly($names): type == "object" and keys == $names;
  def list(form): type == "array" and all(.[]; form);
  def spelled($form): type == "string" and test("\\A(?:" + $form + ")\\z");
  def one_of($words): . as $it | any($words[]; . == $it);
  def once: length == (unique | length);
  def base64: spelled("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?");
  def hash: spelled("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=");
  def digest: spelled("[0-9a-f]{64}");
  def section: one_of(["before", "after", "evidence", "rationale", "identities", "details"]);
  def size: spelled("0|[1-9][0-9]{0,17}");
  def signature_line: split(" ") | length == 3 and .[0] == "—" and (.[1] | spelled("[^\\s+\uFEFF]+"))
    and (.[2] | base64 and (length > 8 or length == 8 and (endswith("==") | not)));
  def checkpoint: type == "string" and endswith("\n") and all(explode[]; . >= 32 or . == 10) and (split("\n\n")
    | length == 2
      and (.[0] | split("\n") | length >= 3 and .[0] != "" and (.[1] | size) and (.[2] | hash))
      and (.[1] | rtrimstr("\n") | split("\n") | length > 0 and length <= 100 and all(.[]; signature_line)));
  def tlog_proof: type == "string" and (split("\n\n")
    | (.[0] | split("\n") | .[0] == "c2sp.org/tlog-proof@v1" and (.[1] | spelled("index (?:0|[1-9][0-9]{0,17})")) and (.[2:] | list(hash)))
      and (.[1:] | join("\n\n") | checkpoint));
  def disclosure: (.section | section) and (exactly(["erased", "section"]) and .erased == true
    or exactly(["bytes", "salt", "section"]) and (.salt | hash) and (.bytes | base64));
  def bundle: exactly(["consistencyProof", "disclosures", "dsseEnvelope", "entry", "format", "keyHints", "timestamps", "tlogProof"])
    and .format == "urn:afterai:bundle:v1" and .timestamps == [] and (.entry | base64) and (.tlogProof | tlog_proof)
    and (.dsseEnvelope | exactly(["payload", "payloadType", "signatures"])
      and (.payload | base64) and (.payloadType | type == "string")
      and (.signatures | list(exactly(["keyid", "sig"]) and (.keyid | digest) and (.sig | base64))))
    and (.disclosures | list(disclosure) and (map(.section) | once))
    and (.consistencyProof | . == null or exactly(["earlierCheckpoint", "hashes"])
      and (.earlierCheckpoint | checkpoint) and (.hashes | list(hash)))
    and (.keyHints | exactly(["logVkey", "recordKey"]) and (.logVkey | type == "string") and (.recordKey | base64));
  def entry: exactly(["keyid", "kind", "paeSha256", "sig", "v"]) and .v == 1 and (.kind | one_of(["audit", "pacr"]))
    and (.keyid | digest) and (.paeSha256 | digest) and (.sig | base64);
  def id: spelled("[A-Za-z0-9_-]{1,64}");
  def instant: spelled("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z");
  def producer: exactly(["id", "sequence"]) and (.id | id)
    and (.sequence | type == "number" and . >= 0 and . == floor and . <= 9007199254740991 and tostring != "-0");
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
    | (.predicate.commitments | exactly($names) and all(.[]; digest));'

# verify KEY_PEM SIGNATURE MESSAGE: Ed25519, or P-256 with SHA-256
verify() {
  local digest=()
  openssl pkey -pubin -in "$1" -noout -text | grep -qi ed25519 || digest=(-digest sha256)
  openssl pkeyutl -verify -pubin -inkey "$1" -rawin "${digest[@]}" -in "$3" -sigfile "$2" >/dev/null 2>&1
}

# checkpoint NOTE [VERDICT]: verifies the log's signature, else ends with the verdict; sets origin, size, root (hex)
checkpoint() {
  jq -Rse "$forms checkpoint" "$1" >/dev/null 2>&1 || malformed "the checkpoint is not one"
  sed '/^$/,$d' "$1" >"$work/text"; sed '1,/^$/d' "$1" >"$work/signatures"
  { IFS= read -r origin; read -r size; read -r root; } <"$work/text"
  root=$(hex_list <<<"$root")
  local dash name sig64 signed=no
  while [ $signed = no ] && read -r dash name sig64; do
    decode "$sig64" "$work/line"
    [ "$origin $name $(head -c 4 "$work/line" | xxd -p)" = "$log_name $log_name $log_id" ] || continue
    tail -c +5 "$work/line" >"$work/sig"
    verify "$work/log.pem" "$work/sig" "$work/text" || "${2:-invalid_signature}" "the checkpoint's signature is wrong"
    signed=yes
  done <"$work/signatures"
  [ $signed = yes ] || unknown_key "the pinned log key did not sign the checkpoint"
}

# 1. The bundle is canonical JSON with exactly the fields of its format.
canonical "$bundle" || malformed "the bundle is not canonical JSON"
is bundle "$bundle" || malformed "the bundle's fields are not those of its format"
decode "$(field .entry)" "$work/entry" && canonical "$work/entry" && is entry "$work/entry" || malformed "the entry is not one"
decode "$(field .dsseEnvelope.payload)" "$work/payload"

# 2. The pinned record key signed the envelope (DSSE).
field .dsseEnvelope.payloadType >"$work/type"
{
  printf 'DSSEv1 %s ' "$(wc -c <"$work/type")"; cat "$work/type"
  printf ' %s ' "$(wc -c <"$work/payload")"; cat "$work/payload"
} >"$work/pae"
openssl pkey -pubin -in "$record_pem" -outform DER -out "$work/record.der"
keyid=$(sha <"$work/record.der")
[ "$(field '.dsseEnvelope.signatures | length')" != 0 ] || invalid_signature "the envelope has no signature"
while read -r signer sig64; do
  [ "$signer" = "$keyid" ] || unknown_key "the envelope is signed by $signer"
  decode "$sig64" "$work/sig"
  verify "$record_pem" "$work/sig" "$work/pae" || invalid_signature "the envelope's signature is wrong"
done < <(field '.dsseEnvelope.signatures[] | "\(.keyid) \(.sig)\n"')

# 3. What is signed is a statement of the kind that was logged.
printf application/vnd.in-toto+json | cmp -s - "$work/type" && canonical "$work/payload" && is statement "$work/payload" ||
  malformed "the payload is not a statement"
[ "$(jq -r .predicateType "$work/payload")" = "urn:afterai:$(jq -r .kind "$work/entry"):v1" ] || malformed "the statement was logged as another kind"

# 4. The log's entry is about this envelope.
expected=$(printf '%s %s %s' "$(sha <"$work/pae")" "$keyid" "$(field '.dsseEnvelope.signatures[0].sig')")
[ "$(jq -r '"\(.paeSha256) \(.keyid) \(.sig)"' "$work/entry")" = "$expected" ] || invalid_inclusion "the entry is about another envelope"

# 5. The pinned log signed the checkpoint. Its size and root are the only ones used.
log_name=${vkey%%+*}; key64=${vkey#*+}; log_id=${key64%%+*}; key64=${key64#*+}   # Base64 has + too, and may end in it
decode "$key64" "$work/key" && [ "$(head -c 1 "$work/key" | xxd -p)" = 01 ] || malformed "the vkey is not one of type Ed25519"
[ "$({ printf '%s\n' "$log_name"; cat "$work/key"; } | sha | cut -c1-8)" = "$log_id" ] || malformed "the vkey's id is not that of its key"
{ printf 302a300506032b6570032100 | xxd -r -p; tail -c +2 "$work/key"; } | openssl pkey -pubin -inform DER -out "$work/log.pem"
field .tlogProof >"$work/proof"
sed '/^$/,$d' "$work/proof" >"$work/path"; sed '1,/^$/d' "$work/proof" >"$work/note"
index=$(sed -n '2s/^index //p' "$work/path")
path=$(tail -n +3 "$work/path" | hex_list)
checkpoint "$work/note"

# 6. The key hints are true.
jq -e --arg recordKey "$(base64 -w0 "$work/record.der")" --arg logVkey "$vkey" '.keyHints == {$recordKey, $logVkey}' "$bundle" >/dev/null ||
  malformed "the key hints name other keys"

# 7. The entry is in the tree (RFC 9162 §2.1.3.2).
hash=$({ printf '\000'; cat "$work/entry"; } | sha)
((index < size)) || invalid_inclusion "the index is beyond the tree"
fn=$index sn=$((size - 1))
for sibling in $path; do
  ((sn > 0)) || invalid_inclusion "the proof is too long"
  if ((fn & 1 || fn == sn)); then
    hash=$(node "$sibling" "$hash")
    while ((!(fn & 1) && fn)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  else hash=$(node "$hash" "$sibling"); fi
  fn=$((fn >> 1)) sn=$((sn >> 1))
done
[ "$sn" = 0 ] && [ "$hash" = "$root" ] || invalid_inclusion "the entry is not at index $index of the log"

# 8. The log continues its earlier checkpoint (RFC 9162 §2.1.4.2), and the one that was kept.
later_size=$size later_root=$root known="$size $root"
if [ "$(field .consistencyProof)" != null ]; then
  path=$(jq -r '.consistencyProof.hashes[]' "$bundle" | hex_list)
  field .consistencyProof.earlierCheckpoint >"$work/earlier"
  checkpoint "$work/earlier" inconsistent
  known+=$'\n'"$size $root"
  ((size > 0 && size <= later_size)) || inconsistent "the earlier checkpoint is not earlier"
  if ((size == later_size)); then [ -z "$path" ] && [ "$root" = "$later_root" ] || inconsistent "the log has forked"; else
    [ -n "$path" ] || inconsistent "the consistency proof is empty"
    ((size & (size - 1))) || path="$root $path"
    fn=$((size - 1)) sn=$((later_size - 1))
    while ((fn & 1)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    fr='' sr=''
    for sibling in $path; do
      if [ -z "$fr" ]; then fr=$sibling sr=$sibling; continue; fi
      ((sn > 0)) || inconsistent "the consistency proof is too long"
      if ((fn & 1 || fn == sn)); then
        fr=$(node "$sibling" "$fr") sr=$(node "$sibling" "$sr")
        while ((!(fn & 1) && fn)); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
      else sr=$(node "$sr" "$sibling"); fi
      fn=$((fn >> 1)) sn=$((sn >> 1))
    done
    [ "$sn" = 0 ] && [ "$fr" = "$root" ] && [ "$sr" = "$later_root" ] || inconsistent "the log has forked"
  fi
fi
if [ -n "$kept" ]; then
  checkpoint "$kept"
  grep -qxF "$size $root" <<<"$known" || inconsistent "nothing shows that the log continues the kept checkpoint of size $size"
fi

# 9. What is disclosed is what was committed to.
disclosed='' erased=''
while read -r section salt64 bytes64; do
  commitment=$(jq -r --arg s "$section" '.predicate.commitments[$s] // empty' "$work/payload")
  [ -n "$commitment" ] || finish payload_mismatch "the record has no section $section" 16
  [ "$salt64" != - ] || { erased+=" $section"; continue; }   # no Base64 has a -
  decode "$salt64" "$work/salt"; decode "$bytes64" "$work/bytes"
  mac=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(xxd -p -c 64 "$work/salt")" -r "$work/bytes" | cut -c1-64)
  [ "$mac" = "$commitment" ] || finish payload_mismatch "section $section is not what was committed to" 16
  disclosed+=" $section"
done < <(field '.disclosures[] | if .erased then "\(.section) - -\n" else "\(.section) \(.salt) \(.bytes)\n" end')
withheld=$(jq -j --arg shown "$disclosed$erased" '[.subject[].name] - ($shown | split(" ")) | map(" " + .)[]' "$work/payload")
shown="disclosed:${disclosed:- none}; withheld:${withheld:- none}"
[ -z "$erased" ] || finish payload_erased "said to be erased:$erased; nothing proves it yet, all other proofs hold; $shown" 17
echo "valid: index $index of $later_size, root $later_root, origin $log_name; $shown"
