// Parses an AsyncAPI document and prints what is wrong with it. Exit code 1 when there is an error.
import { readFileSync } from "fs";
import { Parser } from "@asyncapi/parser";

const ERROR = 0;
const { diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
for (const { severity, code, path, message } of diagnostics) console.log(severity, code, path.join("."), message);
process.exit(diagnostics.some(({ severity }) => severity === ERROR) ? 1 : 0);
