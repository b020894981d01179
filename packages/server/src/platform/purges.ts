/** What is deleted once it has served its time: the function of the schema that deletes at most so many rows and answers how many, by the name that the trail tells it by. */
export type Purges = Readonly<Record<string, `purge_${string}`>>
