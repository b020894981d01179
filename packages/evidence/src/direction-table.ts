import type { Direction } from './metric.ts'

/** Names of metrics whose direction is settled by those who defined them. A phrase is words in a row, in lower case. */
export interface DirectionEntry {
  readonly direction: Direction
  /** Separated by commas. */
  readonly phrases: string
  /** Who says so. */
  readonly source: string
}

/**
 * The curated table of directions. What isn't in it has no direction until somebody gives one: a wrong guess turns a regression
 * into an improvement. A name is added with its source, never because it sounds right.
 */
export const DIRECTIONS: readonly DirectionEntry[] = [
  {
    direction: 'down',
    phrases: 'hallucination, hallucinated, bias, toxicity, misuse, role violation, pii leakage',
    source:
      'DeepEval, metrics whose threshold is a maximum (hallucination, bias, toxicity, misuse, PII leakage, role violation)',
  },
  {
    direction: 'down',
    phrases: 'toxic, severe toxicity, insult, profanity, threat, identity attack, obscene, sexually explicit',
    source: 'Perspective API, attribute scores: the probability that a reader perceives the attribute',
  },
  {
    direction: 'down',
    phrases:
      'harassment, hate, hate speech, hate unfairness, self harm, violence, sexual, illicit, harm, harmful, harmfulness, unsafe, severity',
    source: 'OpenAI moderation category scores; Azure AI content harm severities: higher is more harmful',
  },
  {
    direction: 'down',
    phrases: 'attack success, attack success rate, jailbreak, jailbreak rate, jailbroken',
    source: 'HarmBench (Mazeika et al. 2024): the share of attacks that succeed',
  },
  {
    direction: 'down',
    phrases: 'risk, vulnerability, violation, violations, leakage, leak',
    source: 'NIST AI RMF 1.0: risk is what is to be reduced',
  },
  {
    direction: 'down',
    phrases: 'stereotype, stereotyping, disparity, unfairness',
    source: 'HELM, bias and fairness metrics',
  },
  {
    direction: 'down',
    phrases: 'refusal, refused, refusals, over refusal, false refusal',
    source: 'XSTest (Röttger et al. 2024): refusals of requests that are answerable; where refusing is right, say so',
  },
  {
    direction: 'down',
    phrases:
      'error, errors, errored, error rate, err, failure, failures, fail, failed, crash, crashed, crashes, exception, exceptions, timeout, timeouts, timed out',
    source: 'OpenTelemetry semantic conventions, error.type; promptfoo, failures',
  },
  {
    direction: 'down',
    phrases:
      'incorrect, wrong, invalid, contradiction, contradictions, unfaithful, ungrounded, irrelevant, noise sensitivity',
    source: 'Ragas, noise sensitivity (lower is better); the rest are failures by their meaning',
  },
  {
    direction: 'down',
    phrases:
      'word error rate, wer, cer, character error rate, match error rate, wil, word information lost, phoneme error rate',
    source: 'jiwer: rates of transcription errors',
  },
  {
    direction: 'down',
    phrases: 'ter, translation edit rate, translation error rate',
    source: 'SacreBLEU, TER: edits needed',
  },
  {
    direction: 'down',
    phrases: 'edit distance, levenshtein, levenshtein distance, hamming distance, distance, cosine distance',
    source: 'a distance is 0 where two texts are the same (Levenshtein 1966)',
  },
  {
    direction: 'down',
    phrases: 'perplexity, ppl, word perplexity, byte perplexity, bits per byte, bpb, brier, brier score',
    source: 'EleutherAI lm-evaluation-harness, higher_is_better: false',
  },
  {
    direction: 'down',
    phrases: 'loss, log loss, cross entropy, nll, mae, mse, rmse, mape, mean absolute error, mean squared error',
    source: 'scikit-learn, model evaluation: losses and errors are minimised',
  },
  {
    direction: 'down',
    phrases: 'ece, calibration error, expected calibration error, miscalibration',
    source: 'Guo et al. 2017, expected calibration error',
  },
  {
    direction: 'down',
    phrases:
      'false positive, false positives, false negative, false negatives, false positive rate, false negative rate, false alarm, fpr, fnr, miss rate',
    source: 'scikit-learn, confusion matrix rates',
  },
  {
    direction: 'down',
    phrases: 'latency, duration, elapsed, response time, ttft, time to first token, time per output token, tpot',
    source: 'OpenTelemetry GenAI metrics, durations',
  },
  { direction: 'down', phrases: 'cost, costs, price', source: 'promptfoo, cost assertion: a maximum' },
  {
    direction: 'down',
    phrases: 'thumbs down, downvote, downvotes, complaint, complaints',
    source: 'user feedback: disapproval',
  },
  {
    direction: 'up',
    phrases: 'accuracy, acc, acc norm, exact match, em, f1, bleu, chrf, mcc, pass at k, pass@k',
    source: 'EleutherAI lm-evaluation-harness, higher_is_better: true',
  },
  {
    direction: 'up',
    phrases:
      'correct, is correct, correctness, right, pass, passed, pass rate, success, succeeded, success rate, resolved, solved, valid, is valid, validity, match, matches',
    source: '0/1 outcomes named after what is wanted (promptfoo pass, Inspect correct, SWE-bench resolved)',
  },
  {
    direction: 'up',
    phrases:
      'precision, recall, true positive rate, tpr, specificity, sensitivity, auc, auroc, roc auc, average precision, r2, kappa, cohen kappa, balanced accuracy',
    source: 'scikit-learn, scorers that are maximised',
  },
  {
    direction: 'up',
    phrases: 'rouge, meteor, bertscore, bleurt, comet, bart score, sacrebleu',
    source: 'Hugging Face evaluate, text similarity to a reference',
  },
  {
    direction: 'up',
    phrases: 'similarity, semantic similarity, cosine similarity, answer similarity, edit similarity',
    source: 'Ragas, semantic similarity; promptfoo, similar',
  },
  {
    direction: 'up',
    phrases:
      'faithfulness, answer relevancy, context precision, context recall, context relevance, response groundedness, factual correctness, topic adherence, tool call accuracy, agent goal accuracy',
    source: 'Ragas, available metrics',
  },
  {
    direction: 'up',
    phrases:
      'groundedness, relevance, relevancy, coherence, fluency, completeness, intent resolution, task adherence, response completeness',
    source: 'Azure AI evaluators, 1 to 5: higher is better',
  },
  {
    direction: 'up',
    phrases:
      'helpfulness, harmlessness, conciseness, factuality, truthfulness, quality, answer quality, adherence, instruction following, task completion, tool correctness, json correctness, summarization, prompt alignment, role adherence, knowledge retention, consistency',
    source: 'DeepEval, G-Eval criteria and metrics whose threshold is a minimum; autoevals, factuality',
  },
  { direction: 'up', phrases: 'safe, is safe, safeness', source: 'LlamaGuard: safe against unsafe' },
  {
    direction: 'up',
    phrases: 'mrr, ndcg, map@k, hit rate, recall@k, hits',
    source: 'TREC / BEIR: retrieval metrics',
  },
  {
    direction: 'up',
    phrases: 'win rate, win, wins, won, elo, preference rate',
    source: 'AlpacaEval, Chatbot Arena',
  },
  {
    direction: 'up',
    phrases: 'thumbs up, upvote, upvotes, satisfaction, csat, nps',
    source: 'user feedback: approval',
  },
]

/** The direction of each phrase. */
export const DIRECTION_OF_PHRASE: ReadonlyMap<string, Direction> = new Map(
  DIRECTIONS.flatMap(({ phrases, direction }) => phrases.split(', ').map((phrase) => [phrase, direction] as const)),
)
