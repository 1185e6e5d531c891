/** Answers as models write them. Rendered, none shows one of Markdown's marks outside of code. */
export const ANSWERS: readonly string[] = [
  `# Reading a large CSV file

There are **three common ways** to read a file that does not fit in memory. Which one is *best* depends on what you do with the rows.

## 1. Read it in chunks

Pandas has a \`chunksize\` argument:

\`\`\`python
import pandas as pd

total = 0
for chunk in pd.read_csv("data.csv", chunksize=100_000):
    total += chunk["amount"].sum()  # one chunk at a time
print(total)
\`\`\`

- **Pro:** no new dependency
- **Con:** \`groupby\` across chunks is *your* job
- See [the documentation](https://pandas.pydata.org/docs/user_guide/io.html#io-chunking) for more

## 2. Use another engine

| Engine | Lazy | Memory | Notes |
|--------|:----:|-------:|-------|
| Polars | yes | low | \`scan_csv\` is lazy |
| DuckDB | yes | low | **SQL** on files |
| Dask | yes | medium | same API as pandas |

> **Note:** a column of mixed types costs more than you think.

---

Let me know if you'd like a ***complete example***!
`,
  `The **quadratic formula** gives the roots of \\(ax^2 + bx + c = 0\\):

\\[
x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}
\\]

where:

1. **The discriminant** is $\\Delta = b^2 - 4ac$.
2. If $\\Delta > 0$, there are *two* real roots:
   - one with the plus sign,
   - one with the minus sign.
3. If $\\Delta = 0$, there is **exactly one**, namely $x = -\\frac{b}{2a}$.

For example, with $a = 1$, $b = -3$ and $c = 2$:

$$
x = \\frac{3 \\pm 1}{2} \\in \\{1, 2\\}
$$

So the answer is **x = 1** or **x = 2**.
`,
  `Sure! Here's how to set up the project:

1. Clone the repository and enter it:
   \`\`\`bash
   git clone https://example.com/tool.git
   cd tool
   \`\`\`
2. Install it with \`pip install -e .\` (Python **3.10** or later).
3. Create a \`.env\` file:
   \`\`\`
   API_KEY=...
   LOG_LEVEL=debug
   \`\`\`
4. Run the tests:

   \`\`\`bash
   pytest -q --maxfail=1
   \`\`\`

### Checklist

- [x] Dependencies installed
- [ ] \`config.yaml\` edited
- [ ] Server started with \`make run\`

### Troubleshooting

* **\`ModuleNotFoundError\`** - activate the environment first.
* **Port in use** - see [issue 42](https://example.com/issues/42) or set \`PORT=8001\`.
* ~~Reinstall everything~~ - hardly ever needed.

You can also read https://example.com/docs or press <kbd>Ctrl</kbd>+<kbd>C</kbd> to stop it.
`,
  `Great question. In short: **yes, but carefully**.

**Why it works.** An index on \`(user_id, created_at)\` lets the database *seek* to the user and then read rows in order, so that \`ORDER BY created_at DESC LIMIT 20\` touches about twenty rows.

**Why it can fail:**

- The planner may pick another index. Check with \`EXPLAIN (ANALYZE, BUFFERS)\`.
- A predicate such as \`date(created_at) = ...\` *hides* the column.
- Statistics may be stale:
  - run \`ANALYZE orders;\`
  - or raise the target of that one column.

\`\`\`sql
CREATE INDEX CONCURRENTLY idx_orders_user
    ON orders (user_id, created_at DESC);
\`\`\`

| Query | Before | After |
|---|---|---|
| last 20 orders | 840 ms | **1.2 ms** |
| orders of a day | 910 ms | 905 ms |

### What I would do

First, *measure*. Second, add the index on a **replica**. Third, read [the chapter on indexes](https://www.postgresql.org/docs/current/indexes.html "Indexes").
`,
];
