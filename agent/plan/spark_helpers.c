// The Python that every program has, or has when it needs it.
#include "agent/plan/spark_parts.h"

static const char path[] = "\n\ndef path(text):\n"
                           "    \"\"\"Relative paths start at the pipeline file's directory.\"\"\"\n"
                           "    return os.path.join(DIRECTORY, text)\n";

static const char variable[] = "\n\ndef variable(name, default=None, message=None):\n"
                               "    \"\"\"${NAME}, ${NAME:-default}, ${NAME:?message} of the pipeline file.\"\"\"\n"
                               "    value = os.environ.get(name)\n"
                               "    if value or (value is not None and default is None and message is None):\n"
                               "        return value\n"
                               "    if default is not None:\n"
                               "        return default\n"
                               "    sys.exit(name + \": \" + (message or \"the environment has no such variable\"))\n";

static const char secret[] =
    "\n\ndef secret(name):\n"
    "    \"\"\"{\"secretFile\": NAME} of the pipeline file.\"\"\"\n"
    "    place = os.environ.get(\"CREDENTIALS_DIRECTORY\")\n"
    "    file = path(name)\n"
    "    if place and \"/\" not in name and os.path.exists(os.path.join(place, name)):\n"
    "        file = os.path.join(place, name)\n"
    "    with open(file, encoding=\"utf-8\", newline=\"\") as f:\n"
    "        text = f.read()\n"
    "    return text[:-2] if text.endswith(\"\\r\\n\") else text[:-1] if text.endswith(\"\\n\") else text\n";

static const char duration[] = "\n\ndef milliseconds(text):\n"
                               "    \"\"\"\"10 minutes\" as Spark's file options want it.\"\"\"\n"
                               "    number, unit = text.replace(\"interval\", \"\").split()\n"
                               "    units = {\"millisecond\": 1, \"second\": 1000, \"minute\": 60000, \"hour\": "
                               "3600000, \"day\": 86400000, \"week\": 604800000}\n"
                               "    return \"%dms\" % (int(number) * units[unit.lower().rstrip(\"s\")])\n";

static const char size[] =
    "\n\ndef size(text):\n"
    "    \"\"\"\"32MB\" as Spark's file options want it.\"\"\"\n"
    "    return text.replace(\" \", \"\").lower() if not text.strip().isdigit() else text.strip() + \"b\"\n";

static const char messages[] =
    "\n\ndef records(value, how, options):\n"
    "    \"\"\"What a message holds: the elements of an array in JSON, the lines of CSV.\"\"\"\n"
    "    if how == \"json\":\n"
    "        lenient = {name: given for name, given in options.items() if name.startswith(\"allow\")}\n"
    "        several = F.from_json(value, \"ARRAY<STRING>\", lenient)\n"
    "        array = F.regexp_like(value, F.lit(r\"^\\s*\\[\")) & ~F.exists(several, lambda element: "
    "element.isNull())\n"
    "        return F.coalesce(F.when(array, several), F.array(value))\n"
    "    if str(options.get(\"multiLine\", \"\")).lower() == \"true\":\n"
    "        return F.array(value)\n"
    "    end = re.escape(options[\"lineSep\"]) if \"lineSep\" in options else \"\\r\\n|\\r|\\n\"\n"
    "    lines = F.filter(F.split(value, end), lambda line: F.regexp_like(line, F.lit(r\"[^\\x00-\\x20]\")))\n"
    "    comment = options.get(\"comment\")\n"
    "    return F.filter(lines, lambda line: ~line.startswith(comment)) if comment else lines\n"
    "\n\ndef decoded(messages, own, how, schema, options):\n"
    "    \"\"\"Each message's value decoded: the columns of `schema` beside `own`, those of the source that none of it "
    "hides.\"\"\"\n"
    "    value = F.col(\"value\").cast(\"string\")\n"
    "    if how == \"text\":\n"
    "        return messages.select(*own, value.alias(\"value\"))\n"
    "    drop = options.get(\"mode\", \"\").upper() == \"DROPMALFORMED\"\n"
    "    corrupt = options.get(\"columnNameOfCorruptRecord\", \"_corrupt_record\")\n"
    "    there = corrupt in StructType.fromDDL(schema).names\n"
    "    if drop:  # from_json has no such mode\n"
    "        options = dict(options, mode=\"PERMISSIVE\", columnNameOfCorruptRecord=corrupt)\n"
    "        schema = schema if there else schema + \", `\" + corrupt + \"` STRING\"\n"
    "    if how == \"json\":\n"
    "        value = F.regexp_replace(value, \"^\\ufeff\", \"\")\n"
    "    parse = F.from_csv if how == \"csv\" else F.from_json\n"
    "    payloads = F.transform(records(value, how, options), lambda record: parse(record, schema, options))\n"
    "    if how == \"json\" and (there or drop):  # the fault of an element is its message's\n"
    "        fault = F.exists(payloads, lambda row: row[corrupt].isNotNull())\n"
    "        payloads = F.transform(payloads, lambda row: row.withField(corrupt, F.when(fault, value)))\n"
    "    rows = messages.where(F.trim(value) != \"\").select(*own, F.explode(payloads).alias(\"_payload\"))\n"
    "    rows = rows.select(*own, \"_payload.*\")\n"
    "    if drop:\n"
    "        rows = rows.where(F.col(corrupt).isNull())\n"
    "        rows = rows if there else rows.drop(corrupt)\n"
    "    return rows\n";

static const char lines[] =
    "\n\ndef lines(batch, batch_id, metadata):\n"
    "    \"\"\"The rows as JSON in a column `value`, NULLs left out; with `metadata` each says who it is, as runnel's "
    "rows do.\"\"\"\n"
    "    rows = batch.coalesce(1).select(F.to_json(F.struct(\"*\")).alias(\"json\"))\n"
    "    if not metadata:\n"
    "        return rows.select(F.col(\"json\").alias(\"value\"))\n"
    "    epoch = batch.sparkSession.sparkContext.getLocalProperty(\"sql.streaming.queryId\") or \"\"\n"
    "    who = json.dumps({\"device\": DEVICE, \"query\": NAME, \"epoch\": epoch, \"batch\": batch_id}, "
    "separators=(\",\", \":\"))\n"
    "    return rows.select(F.concat(\n"
    "        F.expr(\"left(json, length(json) - 1)\"), F.when(F.col(\"json\") == \"{}\", \"\").otherwise(\",\"),\n"
    "        F.lit('\"_runnel\":' + who[:-1] + ',\"row\":'), F.monotonically_increasing_id().cast(\"string\"), "
    "F.lit(\"}}\")\n"
    "    ).alias(\"value\"))\n";

static const char main_text[] =
    "\n\ndef checkpoint(state):\n"
    "    \"\"\"Where Spark keeps its own state: never in runnel's checkpoint, which is another format.\"\"\"\n"
    "    if state:\n"
    "        return os.path.join(os.path.abspath(state), NAME + \".spark\")\n"
    "    if CHECKPOINT:\n"
    "        return CHECKPOINT + \".spark\"\n"
    "    root = os.environ.get(\"STATE_DIRECTORY\") or os.path.expanduser(\"~/.local/state/runnel\")\n"
    "    return os.path.join(root, NAME + \".spark\")\n"
    "\n\ndef start(spark, state=None, available_now=False):\n"
    "    \"\"\"Starts one streaming query a sink.\"\"\"\n"
    "    for setting, value in CONF.items():\n"
    "        spark.conf.set(setting, value)\n"
    "    for table, read in SOURCES.items():\n"
    "        read(spark).createOrReplaceTempView(\"`\" + table.replace(\"`\", \"``\") + \"`\")\n"
    "    result = spark.sql(QUERY)\n"
    "    queries = []\n"
    "    for sink, write in SINKS.items():\n"
    "        writer = result.writeStream.outputMode(OUTPUT_MODE).queryName(NAME if len(SINKS) == 1 else NAME + \"_\" + "
    "sink)\n"
    "        writer = writer.option(\"checkpointLocation\", os.path.join(checkpoint(state), sink))\n"
    "        trigger = {\"availableNow\": True} if available_now else TRIGGER\n"
    "        queries.append(write(result, writer.trigger(**trigger) if trigger else writer).start())\n"
    "    return queries\n"
    "\n\ndef main():\n"
    "    arguments = argparse.ArgumentParser(description=\"The pipeline \" + NAME + \" on Spark.\")\n"
    "    arguments.add_argument(\"--available-now\", action=\"store_true\", help=\"what is there now, then the end\")\n"
    "    arguments.add_argument(\"--state\", metavar=\"DIR\", help=\"the checkpoint goes under this directory\")\n"
    "    given = arguments.parse_args()\n"
    "    builder = SparkSession.builder.appName(NAME)\n"
    "    for setting, value in dict(CONF, **PACKAGES).items():\n"
    "        builder = builder.config(setting, value)\n"
    "    spark = builder.getOrCreate()\n"
    "    queries = start(spark, given.state, given.available_now)\n"
    "    while spark.streams.active:\n"
    "        spark.streams.awaitAnyTermination()\n"
    "        spark.streams.resetTerminated()\n"
    "    for query in queries:\n"
    "        if query.exception():\n"
    "            raise query.exception()\n"
    "\n\nif __name__ == \"__main__\":\n"
    "    main()\n";

void spark_helpers(struct program *g)
{
    struct text *out = g->out;
    text_string(out, path);
    if (python_mentions(g->p->root, false))
        text_string(out, variable);
    if (python_mentions(g->p->root, true))
        text_string(out, secret);
    if (g->durations)
        text_string(out, duration);
    if (g->sizes)
        text_string(out, size);
    if (g->reads_messages)
        text_string(out, messages);
    if (g->prints_rows)
        text_string(out, lines);
}

void spark_main(struct program *g)
{
    text_string(g->out, main_text);
}
