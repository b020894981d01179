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
canonical() { jq -cjS . "$1" 2>/dev/null | cmp -s - "$1"; }            # one spelling only: no duplicate keys, no white space
decode() { printf %s "$1" | base64 -d >"$2" 2>/dev/null && [ "$(base64 -w0 "$2")" = "$1" ]; }
hex_list() { while IFS= read -r line; do decode "$line" "$work/h" && [ "$(wc -c <"$work/h")" = 32 ] || return 1; xxd -p -c 64 "$work/h"; done; }

# verify KEY_PEM SIGNATURE MESSAGE: Ed25519, or P-256 with SHA-256
verify() {
  local digest=()
  openssl pkey -pubin -in "$1" -noout -text | grep -qi ed25519 || digest=(-digest sha256)
  openssl pkeyutl -verify -pubin -inkey "$1" -rawin "${digest[@]}" -in "$3" -sigfile "$2" >/dev/null 2>&1
}

# checkpoint NOTE: verifies the log's signature; sets origin, size, root (hex)
checkpoint() {
  sed '/^$/,$d' "$1" >"$work/text"; sed '1,/^$/d' "$1" >"$work/signatures"
  { read -r origin && read -r size && read -r root64; } <"$work/text" || malformed "the checkpoint is cut"
  [[ $size =~ ^(0|[1-9][0-9]{0,17})$ ]] && decode "$root64" "$work/root" || malformed "the checkpoint is not one"
  root=$(xxd -p -c 64 "$work/root"); [ ${#root} = 64 ] || malformed "the root is not a hash"
  local dash name sig64 signed=no
  while read -r dash name sig64; do
    [ "$dash" = — ] && decode "$sig64" "$work/line" || malformed "the checkpoint holds a line that is no signature"
    [ "$origin $name $(head -c 4 "$work/line" | xxd -p)" = "$log_name $log_name $log_id" ] || continue
    tail -c +5 "$work/line" >"$work/sig"
    verify "$work/log.pem" "$work/sig" "$work/text" || invalid_signature "the checkpoint's signature is wrong"
    signed=yes
  done <"$work/signatures"
  [ $signed = yes ] || unknown_key "the pinned log key did not sign the checkpoint"
}

# 1. The bundle is canonical JSON with exactly the fields of its format.
canonical "$bundle" || malformed "the bundle is not canonical JSON"
jq -e 'keys == ["consistencyProof","disclosures","dsseEnvelope","entry","format","keyHints","timestamps","tlogProof"]
  and .format == "urn:afterai:bundle:v1" and .timestamps == []
  and (.dsseEnvelope | keys == ["payload","payloadType","signatures"] and (.signatures | length > 0 and all(keys == ["keyid","sig"])))
  and (.disclosures | all(keys == ["bytes","salt","section"] or (keys == ["erased","section"] and .erased == true)))
  and (.disclosures | map(.section) | length == (unique | length))
  and (.consistencyProof | . == null or keys == ["earlierCheckpoint","hashes"])
  and (.keyHints | keys == ["logVkey","recordKey"])' "$bundle" >/dev/null 2>&1 || malformed "the bundle's fields are not those of its format"
decode "$(field .entry)" "$work/entry" && canonical "$work/entry" || malformed "the entry is not canonical"
jq -e 'keys == ["keyid","kind","paeSha256","sig","v"] and .v == 1' "$work/entry" >/dev/null || malformed "the entry is not one"
decode "$(field .dsseEnvelope.payload)" "$work/payload" || malformed "the payload is not canonical Base64"

# 2. The pinned record key signed the envelope (DSSE).
type=$(field .dsseEnvelope.payloadType)
{ printf 'DSSEv1 %s %s %s ' "$(printf %s "$type" | wc -c)" "$type" "$(wc -c <"$work/payload")"; cat "$work/payload"; } >"$work/pae"
openssl pkey -pubin -in "$record_pem" -outform DER -out "$work/record.der"
keyid=$(sha <"$work/record.der")
while read -r signer sig64; do
  [ "$signer" = "$keyid" ] || unknown_key "the envelope is signed by $signer"
  decode "$sig64" "$work/sig" || malformed "the envelope's signature is not canonical Base64"
  verify "$record_pem" "$work/sig" "$work/pae" || invalid_signature "the envelope's signature is wrong"
done < <(field '.dsseEnvelope.signatures[] | "\(.keyid) \(.sig)\n"')

# 3. What is signed is a statement of the kind that was logged.
canonical "$work/payload" && [ "$type" = application/vnd.in-toto+json ] || malformed "the payload is not a canonical statement"
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
[ "$(sed -n 1p "$work/path")" = c2sp.org/tlog-proof@v1 ] || malformed "the proof is not a tlog-proof"
index=$(sed -n '2s/^index //p' "$work/path"); [[ $index =~ ^(0|[1-9][0-9]{0,17})$ ]] || malformed "the proof has no index"
path=$(tail -n +3 "$work/path" | hex_list) || malformed "the proof's hashes are not hashes"
checkpoint "$work/note"

# 6. The key hints are true.
[ "$(field .keyHints.recordKey)" = "$(base64 -w0 "$work/record.der")" ] && [ "$(field .keyHints.logVkey)" = "$vkey" ] || malformed "the key hints name other keys"

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
  path=$(jq -r '.consistencyProof.hashes[]' "$bundle" | hex_list) || malformed "the consistency proof's hashes are not hashes"
  field .consistencyProof.earlierCheckpoint >"$work/earlier"
  checkpoint "$work/earlier"
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
while read -r section salt64 bytes64; do
  commitment=$(jq -r --arg s "$section" '.predicate.commitments[$s] // empty' "$work/payload")
  [ -n "$commitment" ] || finish payload_mismatch "the record has no section $section" 16
  [ "$salt64" != erased ] || { erased="${erased:-} $section"; continue; }
  decode "$salt64" "$work/salt" && decode "$bytes64" "$work/bytes" || malformed "a disclosure is not canonical Base64"
  mac=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(xxd -p -c 64 "$work/salt")" -r "$work/bytes" | cut -c1-64)
  [ "$mac" = "$commitment" ] || finish payload_mismatch "section $section is not what was committed to" 16
done < <(field '.disclosures[] | if .erased then "\(.section) erased -\n" else "\(.section) \(.salt) \(.bytes)\n" end')
[ -z "${erased:-}" ] || finish payload_erased "erased:$erased; every proof still holds" 17
echo "valid: index $index of $later_size, root $later_root, origin $log_name"
