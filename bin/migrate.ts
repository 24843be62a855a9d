// Brings the database to the newest migration and says which ones ran: `npm run migrate`.
import { ConfigError, readConfig } from "../src/config.ts";
import { migrate } from "../src/db/migrate.ts";
import { openDatabase } from "../src/db/open.ts";

try {
  const database = await openDatabase(readConfig());
  try {
    const ran = await migrate(database.url);
    for (const name of ran) console.log(`ran ${name}`);
    if (ran.length === 0) console.log("The database is up to date.");
  } finally {
    await database.stop();
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
