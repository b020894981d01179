# What the gate answered, in words. Titles, reasons and names are text that other people wrote: in a span or a block of code nothing of them is
# markup, a mention or a link.

# One line, nothing that would show it in another order than it has, and no more of it than somebody reads.
def line: tostring | gsub("[\\p{Cc}\\x{061C}\\x{200E}\\x{200F}\\x{2028}-\\x{202E}\\x{2066}-\\x{2069}]+"; " ")
  | if length > 300 then .[:299] + "…" else . end;

# Backticks that no text has as many of in a row.
def fence($least): ([scan("`+") | length] + [$least - 1] | max + 1) as $count | "`" * $count;

def code: line | if test("^ *$") then "(nothing)" else fence(1) as $fence | "\($fence) \(.) \($fence)" end;

# Success only where it is open; pending while somebody may still decide.
def state:
  if . == null then "error"
  elif .open then "success"
  elif [.answer] | inside(["undecided", "after_the_fact", "stale"]) then "pending"
  else "failure" end;

def word: gsub("_"; " ");

def sentence:
  "\($ARGS.named.system) in \($ARGS.named.environment): "
  + if . == null then "no answer (the command ended with \($ARGS.named.code))"
    else "\(if .open then "open" else "shut" end), \(.answer | word): \(.reason)" + if .needs == null then "" else "; next: \(.needs)" end end
  | line;

def value: if . == null then "(none)" else tojson | line end;
def rows: .[:40] | map("- \(.path | line): \(.before | value)\n+ \(.path | line): \(.after | value)") | join("\n");
def delta:
  if length == 0 then "Nothing would change against what runs."
  else rows as $rows | ($rows | fence(3)) as $fence
    | "What would change:\n\n\($fence)diff\n\($rows)\n\($fence)" + if length > 40 then "\n\nand \(length - 40) more." else "" end end;

def decided:
  if (.decidedBy // []) == [] then empty
  else "by \(.decidedBy | map(code) | join(", "))" + if .decidedAt == null then "" else ", \(.decidedAt | code)" end end;

# A fact that there is not gives no second item, and no line.
def facts: [
    ["Because", (.reason | code)],
    ["Next", (.needs // empty | code)],
    ["Decided", decided],
    ["Change", (.changeId // empty | code) + if .changeTitle == null then "" else ", \(.changeTitle | code)" end],
    ["Record", (.recordId // empty | code)],
    ["Holds until", (.validUntil // empty | code)],
    ["Configuration", (.fingerprint // empty | code)]
  ] | map(select(length == 2) | "- \(.[0]): \(.[1])") | join("\n");

def heading:
  "\($ARGS.named.system | code) in \($ARGS.named.environment | code)" as $place
  | if . == null then "### AfterAI gave no answer for \($place)"
    else "### The gate is \(if .open then "open" else "shut" end) for \($place): \(.answer | word)" end;

def markdown:
  [heading]
  + if $ARGS.named.fail == "open" and (. == null or (.open | not)) then ["**The step passes all the same: it was told to fail open.**"] else [] end
  + if . == null then ["The command ended with \($ARGS.named.code); the log of the step says why."] else [facts, (.delta // [] | delta)] end
  | join("\n\n");
