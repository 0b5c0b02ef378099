// The inventory in YAML: what a right one means, and what is said of a wrong one, with its exact line.
#include "inventory_support.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

TEST_CASE("every key of an inventory is read") {
  const auto fleet = read(R"(version: 1
graph:
  url: https://Graph.Example:443/
  version: v24.0
  token: env:TOKEN
  app_id: "900100200300"
  app_secret: cmd:pass show app-secret
ledger: state/ledger.db
seal_key: file:state/seal.key
status_feed: https://status.example/feed?format=rss
defaults:
  waba_id: "102290129340398"
  pin: env:PIN
  pin_mode: set
  storage_region: DE
  deployment:
    shards: 2
    username: operator
    password: env:PASSWORD
    backup_password: file:~/backup-password
    ca_file: certs/ca.pem
numbers:
  - phone: "+49 171 3920001"
    phone_number_id: "106540352240001"
    deployment: { name: de-1, url: "https://10.0.0.5:9090/wa/", shards: 4, ca_file: /etc/ca.pem }
  - phone: "+491713920002"
    phone_number_id: "106540352240002"
    waba_id: "102290129340399"
    pin: env:OTHER_PIN
    pin_mode: declared
    storage_region: BR
    deployment: { url: "https://[2001:DB8::1]:9090" }
policy:
  concurrency: 8
  waves: [2, 10%, 100%]
  soak: 90s
  gate: none
  max_failures: 20%
  max_failures_run: 3
  windows: []
  hooks: {}
  graph_calls_per_hour: 1000
  request_timeout: 1s
  register_timeout: 2s
  server_delay_max: 3s
  status_lag_max: 4s
  retry_initial: 500ms
  retry_max: 6s
  retries: 7
  api_down_wait: 8m
  recently_deleted_wait: 9m
  settle_timeout: 10m
  settle_poll: 11ms
  drain_timeout: 12h
)",
                          {}, "fleets/north/inventory.yaml");
  REQUIRE(fleet);
  CHECK(fleet->graph.url == "https://graph.example");
  CHECK(fleet->graph.version == "v24.0");
  CHECK(fleet->graph.token.text() == "env:TOKEN");
  CHECK(fleet->graph.app_id == "900100200300");
  CHECK(fleet->graph.app_secret.text() == "cmd:pass show app-secret");
  CHECK(fleet->ledger == "fleets/north/state/ledger.db");
  CHECK(fleet->seal_key.text() == "file:fleets/north/state/seal.key");
  CHECK(fleet->status_feed == "https://status.example/feed?format=rss");

  REQUIRE(fleet->numbers.size() == 2);
  const Number& first = fleet->numbers[0];
  CHECK(first.phone.e164 == "+491713920001");
  CHECK(first.phone_number_id == "106540352240001");
  CHECK(first.waba_id == "102290129340398");
  CHECK(first.pin.text() == "env:PIN");
  CHECK(first.pin_mode == PinMode::set);
  CHECK(first.storage_region == "DE");
  CHECK(first.deployment.name == "de-1");
  CHECK(first.deployment.url == "https://10.0.0.5:9090/wa");
  CHECK(first.deployment.shards == 4);
  CHECK_FALSE(first.deployment.gone);
  CHECK(first.deployment.username == "operator");
  CHECK(first.deployment.password.text() == "env:PASSWORD");
  CHECK(first.deployment.backup_password.text() == "file:~/backup-password");
  CHECK(first.deployment.ca_file == "/etc/ca.pem");
  CHECK(first.declared_at.file == "fleets/north/inventory.yaml");
  CHECK(first.declared_at.line == 23);
  const Number& second = fleet->numbers[1];
  CHECK(second.waba_id == "102290129340399");
  CHECK(second.pin.text() == "env:OTHER_PIN");
  CHECK(second.pin_mode == PinMode::declared);
  CHECK(second.storage_region == "BR");
  CHECK(second.deployment.name == "491713920002");
  CHECK(second.deployment.url == "https://[2001:db8::1]:9090");
  CHECK(second.deployment.shards == 2);
  CHECK(second.deployment.ca_file == "fleets/north/certs/ca.pem");

  const Policy& policy = fleet->policy;
  CHECK(policy.concurrency == 8);
  REQUIRE(policy.waves.size() == 3);
  CHECK(policy.waves[0].text() == "2");
  CHECK(policy.waves[1].text() == "10%");
  CHECK(policy.soak == Millis(90'000));
  CHECK_FALSE(policy.gate_each_wave);
  CHECK(policy.max_failures.text() == "20%");
  CHECK(policy.max_failures_run.text() == "3");
  CHECK(policy.graph_calls_per_hour == 1000);
  CHECK(policy.request_timeout == Millis(1'000));
  CHECK(policy.register_timeout == Millis(2'000));
  CHECK(policy.server_delay_max == Millis(3'000));
  CHECK(policy.status_lag_max == Millis(4'000));
  CHECK(policy.retry_initial == Millis(500));
  CHECK(policy.retry_max == Millis(6'000));
  CHECK(policy.retries == 7);
  CHECK(policy.api_down_wait == Millis(8 * 60'000));
  CHECK(policy.recently_deleted_wait == Millis(9 * 60'000));
  CHECK(policy.settle_timeout == Millis(10 * 60'000));
  CHECK(policy.settle_poll == Millis(11));
  CHECK(policy.drain_timeout == Millis(12 * 3'600'000));
}

TEST_CASE("what an inventory leaves out has the documented default") {
  const auto fleet = read(with_number());
  REQUIRE(fleet);
  CHECK(fleet->graph.url == "https://graph.facebook.com");
  CHECK(fleet->graph.version == "v23.0");
  CHECK(fleet->graph.app_secret.empty());
  CHECK(fleet->ledger.empty());
  CHECK(fleet->seal_key.empty());
  CHECK(fleet->status_feed == "https://metastatus.com/outage-events-feed-whatsapp-business-api.rss");
  CHECK(fleet->policy.waves.size() == 3);
  CHECK(fleet->numbers[0].pin_mode == PinMode::declared);
  CHECK(fleet->numbers[0].deployment.shards == 1);
  CHECK(fleet->numbers[0].deployment.ca_file.empty());
}

TEST_CASE("a user name that is not given is admin") {
  const auto fleet = read(R"(version: 1
graph: { token: env:TOKEN, app_id: 900100200300 }
numbers:
  - phone: "+491713920001"
    phone_number_id: "1"
    waba_id: "2"
    deployment: { url: "https://10.0.0.5", password: env:A, backup_password: env:B }
)");
  REQUIRE(fleet);
  CHECK(fleet->numbers[0].deployment.username == "admin");
  CHECK(fleet->numbers[0].pin.empty());
}

TEST_CASE("an empty status feed switches it off") {
  const auto fleet = read(with_number("status_feed: \"\"\n"));
  REQUIRE(fleet);
  CHECK(fleet->status_feed.empty());
}

TEST_CASE("numbers and ids without quotes keep all their digits") {
  const auto fleet = read(R"(version: 1
graph: { token: env:TOKEN, app_id: 900100200300123456789 }
numbers:
  - phone: +491713920001
    phone_number_id: 00106540352240000012345
    waba_id: 102290129340398
    deployment: { url: https://10.0.0.5:9090, password: env:A, backup_password: env:B, shards: 8 }
)");
  REQUIRE(fleet);
  CHECK(fleet->graph.app_id == "900100200300123456789");
  CHECK(fleet->numbers[0].phone.e164 == "+491713920001");
  CHECK(fleet->numbers[0].phone_number_id == "00106540352240000012345");
  CHECK(fleet->numbers[0].waba_id == "102290129340398");
  CHECK(fleet->numbers[0].deployment.shards == 8);
}

TEST_CASE("a deployment that is gone needs no keys, and takes none of the defaults") {
  const auto fleet = read(std::string(head) + R"(numbers:
  - { phone: "+491713920001", phone_number_id: "1", deployment: gone }
)");
  REQUIRE(fleet);
  const Deployment& deployment = fleet->numbers[0].deployment;
  CHECK(deployment.gone);
  CHECK(deployment.name == "491713920001");
  CHECK(deployment.url.empty());
  CHECK(deployment.password.empty());
}

TEST_CASE("a number with a deployment of its own is not gone because the default is") {
  const auto fleet = read(R"(version: 1
graph: { token: env:TOKEN, app_id: "1" }
defaults: { waba_id: "2", deployment: gone }
numbers:
  - { phone: "+491713920001", phone_number_id: "1" }
  - phone: "+491713920002"
    phone_number_id: "2"
    deployment: { url: https://10.0.0.5, password: env:A, backup_password: env:B }
)");
  REQUIRE(fleet);
  CHECK(fleet->numbers[0].deployment.gone);
  CHECK_FALSE(fleet->numbers[1].deployment.gone);
}

TEST_CASE("aliases repeat a value") {
  const auto fleet = read(std::string(head) + R"(numbers:
  - phone: "+491713920001"
    phone_number_id: "1"
    pin: &pin env:OTHER_PIN
    deployment: { url: https://10.0.0.5 }
  - { phone: "+491713920002", phone_number_id: "2", pin: *pin, deployment: { url: https://10.0.0.6 } }
)");
  REQUIRE(fleet);
  CHECK(fleet->numbers[1].pin.text() == "env:OTHER_PIN");
}

TEST_CASE("paths are taken from the inventory's folder, absolute ones and those at home are left alone") {
  const auto ledger_of = [](const std::string& path, const std::string& file) {
    const auto fleet = read(with_number("ledger: " + path + "\n"), {}, file);
    return fleet ? fleet->ledger : to_text(fleet.error());
  };
  CHECK(ledger_of("a/ledger.db", "inventory.yaml") == "a/ledger.db");
  CHECK(ledger_of("./a//ledger.db", "./inventory.yaml") == "a/ledger.db");
  CHECK(ledger_of("../ledger.db", "fleets/north/inventory.yaml") == "fleets/ledger.db");
  CHECK(ledger_of("/var/ledger.db", "fleets/inventory.yaml") == "/var/ledger.db");
  CHECK(ledger_of("~/ledger.db", "fleets/inventory.yaml") == "~/ledger.db");
  CHECK(ledger_of("ledger.db", "/inventory.yaml") == "/ledger.db");
}

TEST_CASE("a command that gives a secret is not taken for a path") {
  const auto fleet = read(with_number("seal_key: cmd:../bin/seal\n"), {}, "fleets/inventory.yaml");
  REQUIRE(fleet);
  CHECK(fleet->seal_key.text() == "cmd:../bin/seal");
}

TEST_CASE("all findings come at once, each with its line and its fix, in the order of the file") {
  CHECK(findings(R"(version: 2
graph:
  url: http://graph.example
  version: 23
  token: EAAGhunter2
ledgr: ledger.db
defaults:
  pin: "123456"
  deployment: { shards: 3, password: hunter2 }
numbers:
  - phone: "+49151"
    phone_number_id: [1]
    waba_id: "102290129340398"
    colour: red
    deployment: { url: "https://admin:hunter2@10.0.0.5", backup_password: env:B }
  - phone: "+491713920002"
    waba_id: x
    deployment: { url: "https://10.0.0.6?a=b", backup_password: env:B }
  - just text
policy:
  waves: [1, 0, 101%]
  soak: 5 minutes
  retries: many
)") == R"(inventory.yaml:1: `version`: inventories of this version are not known; write `version: 1`
inventory.yaml:2: `graph.app_id` is missing; copy it from the app's dashboard, and put quotes around it
inventory.yaml:3: `graph.url`: plain http to another machine would send passwords and backups readably over the network; use https; http is for 127.0.0.0/8, [::1] and localhost only
inventory.yaml:4: `graph.version`: this is not a version of the Graph API; write it as in v23.0
inventory.yaml:5: `graph.token`: a secret is given in a form that is not a reference (it is not repeated here: it may be the secret); write env:NAME, file:PATH or cmd:COMMAND, and keep the secret itself out of files
inventory.yaml:6: unknown key `ledgr`; did you mean `ledger`?
inventory.yaml:8: `defaults.pin`: a secret is given in a form that is not a reference (it is not repeated here: it may be the secret); write env:NAME, file:PATH or cmd:COMMAND, and keep the secret itself out of files
inventory.yaml:9: `defaults.deployment.shards`: a deployment can't have this many shards; write 1, 2, 4, 8, 16 or 32
inventory.yaml:9: `defaults.deployment.password`: a secret is given in a form that is not a reference (it is not repeated here: it may be the secret); write env:NAME, file:PATH or cmd:COMMAND, and keep the secret itself out of files
inventory.yaml:11: `phone`: +49151 is too short for its country; write it as E.164: +, country code, number, as in +4915110000000
inventory.yaml:12: `phone_number_id`: this is a list, not a single value; write one value
inventory.yaml:14: unknown key `colour`; remove it; the keys here are phone, phone_number_id, waba_id, pin, pin_mode, storage_region, region_confirmed, deployment, test_message
inventory.yaml:15: `deployment.url`: the URL carries a user name or a password; remove everything before the @, and the @; the keys for them take references
inventory.yaml:16: +491713920002 has no `phone_number_id`; give every number its own
inventory.yaml:17: `waba_id`: an id is digits alone; copy it from WhatsApp Manager or the app's dashboard, and put quotes around it
inventory.yaml:18: `deployment.url`: the URL carries a query or a fragment; remove everything from the ? or # on
inventory.yaml:19: a number is a map, but this is a single value; write phone, phone_number_id, waba_id and deployment
inventory.yaml:21: `policy.waves`: this is neither a count nor a percentage; write a whole number from 1, or 1% to 100%
inventory.yaml:22: `policy.soak`: this is not a duration; write a whole number and its unit: 500ms, 60s, 5m or 72h
inventory.yaml:23: `policy.retries`: this is not a whole number in the range; write a number from 0 to 1000
)");
}

TEST_CASE("no finding repeats a secret, wherever it was put") {
  const std::string secret = "hunter2";
  for (const std::string_view place : {"graph: { token: SECRET }",
                                       "graph: { app_secret: SECRET }",
                                       "graph: { token: [SECRET] }",
                                       "graph: { token: { SECRET: x } }",
                                       "graph: { token: *SECRET }",
                                       "graph: { token: !SECRET }",
                                       "graph: { token: \"SECRET\\q\" }",
                                       "graph: { token: @SECRET }",
                                       "graph: { token: a,SECRET, app_id: 1 }",
                                       "graph: { url: https://SECRET@a }",
                                       "graph: { url: https://a:SECRET@b }",
                                       "graph: { url: \"https://a?b=SECRET\" }",
                                       "graph: { url: https://a:SECRET }",
                                       "graph: { proxy: http://a:SECRET@b:1 }",
                                       "graph: { proxy: SECRET }",
                                       "graph: { proxy_login: a:SECRET }",
                                       "graph: { app_id: SECRET }",
                                       "graph: { version: SECRET }",
                                       "version: SECRET",
                                       "seal_key: SECRET",
                                       "seal_key: env:SECRET x",
                                       "ledger: postgresql://a:SECRET@b/c",
                                       "ledger: https://SECRET",
                                       "policy: { gate: SECRET }",
                                       "policy: { windows: [SECRET] }",
                                       "policy: { windows: [SECRET 01:00-05:00] }",
                                       "policy: { windows: [01:00-05:00 a SECRET] }",
                                       "policy: { windows: [01:SECRET] }",
                                       "policy: { hooks: SECRET }",
                                       "policy: { hooks: { before_wave: [SECRET] } }",
                                       "policy: { soak: SECRET }",
                                       "policy: { waves: [SECRET] }",
                                       "policy: { retries: SECRET }",
                                       "policy: SECRET",
                                       "defaults: { pin: SECRET }",
                                       "defaults: { pin_mode: SECRET }",
                                       "defaults: { deployment: SECRET }",
                                       "defaults: { deployment: { shards: SECRET }}",
                                       "defaults: { deployment: { password: SECRET }}",
                                       "defaults: { deployment: { backup_password: SECRET }}",
                                       "defaults: { deployment: { pasword: SECRET }}",
                                       "numbers: [{ phone: SECRET }]",
                                       "numbers: [{ pin: SECRET }]",
                                       "numbers: [SECRET]",
                                       "numbers: [[SECRET]]",
                                       "numbers: SECRET",
                                       "%YAML SECRET\n---\nversion: 1",
                                       "SECRET"}) {
    std::string text(place);
    text.replace(text.find("SECRET"), 6, secret);
    CAPTURE(text);
    const std::string found = findings(text);
    CHECK_FALSE(found.empty());
    // A key may be shown, since people need to find it; only the one in braces above is one.
    if (place.find("{ SECRET:") == std::string_view::npos) CHECK(found.find(secret) == std::string::npos);
  }
}

TEST_CASE("a key that is nearly right is corrected, and its value not taken") {
  CHECK(findings(with_number("    waba_ids: \"1\"\n")) ==
        "inventory.yaml:16: unknown key `waba_ids`; did you mean `waba_id`?\n");
  CHECK(findings(with_number("policy: { max_failure: 1 }\n")) ==
        "inventory.yaml:16: unknown key `policy.max_failure`; did you mean `max_failures`?\n");
  CHECK(findings(with_number("policy: { Soak: 1s }\n")) ==
        "inventory.yaml:16: unknown key `policy.Soak`; did you mean `soak`?\n");
}

TEST_CASE("a key that belongs to one number is unknown among the defaults") {
  const std::string found =
      findings("version: 1\ndefaults: { phone: \"+491713920001\", deployment: { url: https://a } }\n");
  CHECK(found.find("inventory.yaml:2: unknown key `defaults.phone`") != std::string::npos);
  CHECK(found.find("inventory.yaml:2: unknown key `defaults.deployment.url`") != std::string::npos);
}

TEST_CASE("a key written twice is found, wherever the second stands") {
  CHECK(findings(with_number("graph: { token: env:OTHER, app_id: \"1\" }\n")) ==
        "inventory.yaml:16: `graph`: the key stands already on line 2; keep one of them\n");
  CHECK(findings(with_number("    phone: \"+491713920002\"\n")) ==
        "inventory.yaml:16: `phone`: the key stands already on line 13; keep one of them\n");
}

TEST_CASE("YAML merge keys are refused with the way to share keys") {
  CHECK(findings(with_number("    <<: { pin: env:A }\n")) ==
        "inventory.yaml:16: YAML merge keys are not supported; put what numbers share under `defaults`\n");
}

TEST_CASE("two numbers with the same phone, id, deployment or name are found at the second, naming the first") {
  const auto second = [](std::string_view keys) { return findings(with_number(fmt::format("  - {{ {} }}\n", keys))); };
  CHECK(
      second("phone: +49 (171) 3920001, phone_number_id: 2, deployment: { url: https://10.0.0.6 }") ==
      "inventory.yaml:16: `phone` is the same as that of +491713920001 (inventory.yaml:13); remove one of the two, or "
      "correct it\n");
  CHECK(second("phone: +491713920002, phone_number_id: 106540352240001, deployment: { url: https://10.0.0.6 }") ==
        "inventory.yaml:16: `phone_number_id` is the same as that of +491713920001 (inventory.yaml:13); remove one of "
        "the two, or correct it\n");
  CHECK(second("phone: +491713920002, phone_number_id: 2, deployment: { url: \"HTTPS://10.0.0.5:09090/\" }") ==
        "inventory.yaml:16: `deployment.url` is the same as that of +491713920001 (inventory.yaml:13); remove one of "
        "the two, or correct it\n");
  CHECK(second("phone: +491713920002, phone_number_id: 2, deployment: { url: https://10.0.0.6, name: de-1 }") ==
        "inventory.yaml:16: `deployment.name` is the same as that of +491713920001 (inventory.yaml:13); remove one of "
        "the two, or correct it\n");
  CHECK(second("phone: +491713920002, phone_number_id: 2, deployment: { url: \"https://10.0.0.5:9090/two\" }").empty());
}

TEST_CASE("plain http is for this machine only") {
  const auto url_findings = [](std::string_view url) {
    return findings(with_number(
        fmt::format("  - {{ phone: +491713920002, phone_number_id: 2, deployment: {{ url: \"{}\" }} }}\n", url)));
  };
  for (const std::string_view local : {"http://127.0.0.1:9090", "http://127.255.0.9", "http://localhost:80/wa",
                                       "http://[::1]:9090", "HTTP://LocalHost", "https://10.0.0.6"}) {
    CAPTURE(local);
    CHECK(url_findings(local).empty());
  }
  for (const std::string_view remote :
       {"http://10.0.0.6", "http://128.0.0.1", "http://127.0.0.1.example.com", "http://127.1",
        "http://localhost.example", "http://2130706433", "http://0.0.0.0", "http://127.0.0.256", "http://127.0.0.01",
        "http://[::2]", "http://127.0.0.1."}) {
    CAPTURE(remote);
    CHECK(url_findings(remote).find("plain http to another machine") != std::string::npos);
  }
}

TEST_CASE("a URL that is not one is refused") {
  for (const std::string_view url :
       {"", "10.0.0.5:9090", "ftp://10.0.0.5", "https://", "https:///path", "https://:9090", "https://a b",
        "https://a:b", "https://a:0", "https://a:65536", "https://a:", "https://[::1", "https://::1", "https://[x]",
        "https://a\\\\b", "https://-a", "https://münchen.example", "file:///etc/passwd", "//10.0.0.5"}) {
    CAPTURE(url);
    const std::string found =
        findings(fmt::format("version: 1\ngraph: {{ url: \"{}\", token: env:A, app_id: 1 }}\n", url));
    CHECK(found.find("`graph.url`: this is not a URL") != std::string::npos);
  }
}

TEST_CASE("a proxy is a host and a port, and its login a reference") {
  const auto with_graph = [](std::string_view keys) {
    return fmt::format("version: 1\ngraph:\n  token: env:TOKEN\n  app_id: 1\n{}{}", keys,
                       with_number().substr(with_number().find("defaults:")));
  };
  for (const std::string_view url : {"http://proxy.example:3128", "HTTP://Proxy.Example:3128"}) {
    const auto fleet = read(with_graph(fmt::format("  proxy: {}\n  proxy_login: file:login\n", url)), {}, "a/i.yaml");
    REQUIRE(fleet);
    CHECK(fleet->graph.proxy == "http://proxy.example:3128");
    CHECK(fleet->graph.proxy_login.text() == "file:a/login");
  }
  CHECK(read(with_graph("  proxy: \"http://[2001:DB8::1]:80\"\n"))->graph.proxy == "http://[2001:db8::1]:80");
  // A rehearsal's Graph on this machine is asked without it.
  CHECK(findings(with_graph("  url: http://127.0.0.1:8080\n  proxy: http://proxy.example:3128\n")).empty());
  CHECK(read(with_number())->graph.proxy.empty());
  for (const std::string_view url :
       {"\"\"", "proxy.example:3128", "http://proxy.example", "https://proxy.example:3128",
        "socks5://proxy.example:1080", "http://proxy.example:3128/", "http://proxy.example:3128/path",
        "http://proxy.example:3128?a=b", "http://proxy.example:0", "http://proxy.example:65536", "http://:3128",
        "http://a b:3128"}) {
    CAPTURE(url);
    const std::string found = findings(with_graph(fmt::format("  proxy: {}\n", url)));
    CHECK(found.find("inventory.yaml:5: `graph.proxy`: this is not a proxy of the form http://host:port") == 0);
  }
  const std::string login = findings(with_graph("  proxy: http://user:hunter2@proxy.example:3128\n"));
  CHECK(login.find("inventory.yaml:5: `graph.proxy`: the proxy's address carries a user name or a password") == 0);
  CHECK(login.find("hunter2") == std::string::npos);
  const std::string alone = findings(with_graph("  proxy_login: env:LOGIN\n"));
  CHECK(alone.find("inventory.yaml:5: `graph.proxy_login`: there is no proxy to log in to") == 0);
  const std::string no_reference = findings(with_graph("  proxy: http://proxy.example:1\n  proxy_login: a:hunter2\n"));
  CHECK(no_reference.find("inventory.yaml:6: `graph.proxy_login`") == 0);
  CHECK(no_reference.find("hunter2") == std::string::npos);
}

TEST_CASE("a ledger in PostgreSQL is named by its URL, and goes with a key that all machines have") {
  CHECK(findings(with_number("ledger: postgresql://localhost/ledger\n")) ==
        "inventory.yaml:16: `ledger`: a ledger in PostgreSQL is shared, and the key that goes with it is not given; "
        "write `seal_key:` with the reference of one key for all machines\n");
  CHECK(findings(with_number("ledger: postgresql://localhost/ledger\nseal_key: env:KEY\n")).empty());
  CHECK(findings(with_number("ledger: postgresql://db/ledger\nseal_key: env:KEY\n")) ==
        "inventory.yaml:16: `ledger`: the database is on another machine, and the URL does not ask for TLS; add "
        "sslmode=verify-full to the URL; only a loopback address or a unix socket does without\n");
}

TEST_CASE("a gate, windows and hooks are read; paths of hooks are taken from the inventory's folder") {
  const auto fleet = read(with_number(R"(policy:
  gate: wave
  windows:
    - Sat,Sun 01:00-05:00 Europe/Berlin
    - "22:00-04:00"
  hooks: { before_wave: hooks/wave.sh, before_commit: /usr/bin/commit, after_number: ~/number, after_run: ../run }
)"),
                          {}, "fleets/north/inventory.yaml");
  REQUIRE(fleet);
  const Policy& policy = fleet->policy;
  CHECK(policy.gate_each_wave);
  REQUIRE(policy.windows.size() == 2);
  CHECK(policy.windows[0].text() == "Sat,Sun 01:00-05:00 Europe/Berlin");
  CHECK(policy.windows[1].text() == "22:00-04:00 UTC");
  CHECK(policy.hooks.before_wave == "fleets/north/hooks/wave.sh");
  CHECK(policy.hooks.before_commit == "/usr/bin/commit");
  CHECK(policy.hooks.after_number == "~/number");
  CHECK(policy.hooks.after_run == "fleets/run");
}

TEST_CASE("no gate, no windows and no hooks are what is meant where nothing is said") {
  for (const std::string_view keys : {"", "policy: { gate: none, windows: [], hooks: {} }\n",
                                      "policy: { windows: , hooks: }\n", "policy: { hooks: { after_run: \"\" } }\n"}) {
    CAPTURE(keys);
    const auto fleet = read(with_number(keys));
    REQUIRE(fleet);
    CHECK_FALSE(fleet->policy.gate_each_wave);
    CHECK(fleet->policy.windows.empty());
    CHECK(fleet->policy.hooks.empty());
  }
}

TEST_CASE("what is wrong with a gate, windows and hooks is said all at once, with the line of each") {
  CHECK(
      findings(with_number(R"(policy:
  gate: number
  windows:
    - Sat 01:00-05:00
    - Saturday 01:00-05:00
    - Sat 01:00-01:00
    - [Sat, 01:00-05:00]
  hooks:
    before_waves: x
    after_run:
)")) ==
      R"(inventory.yaml:17: `policy.gate`: there is no such gate; write `wave` (a person approves before each wave but the first), `none`, or remove the key
inventory.yaml:20: `policy.windows`: the weekdays are not spelled as expected; write Mon, Tue, Wed, Thu, Fri, Sat and Sun, with commas or a dash and no blanks between them, as in Mon-Fri,Sun
inventory.yaml:21: `policy.windows`: the window begins and ends at the same time; write 00:00-24:00 if the whole day is meant
inventory.yaml:22: `policy.windows`: this is a list, not a single value; write one value
inventory.yaml:24: unknown key `policy.hooks.before_waves`; did you mean `before_wave`?
inventory.yaml:25: `policy.hooks.after_run`: there is no value; give one, or remove the key
)");
  CHECK(findings(with_number("policy: { windows: Sat 01:00-05:00, hooks: [x] }\n")) ==
        "inventory.yaml:16: `policy.windows`: this is a single value, not a list; write [one, two, …]\n"
        "inventory.yaml:16: `policy.hooks`: this is a list, not a map; write keys and values, indented below it\n");
}

TEST_CASE("weekdays that a comma without quotes cuts off are found, and not taken for a window of their own") {
  const std::string found = findings(with_number("policy: { windows: [Sat,Sun 01:00-05:00] }\n"));
  CHECK(found.find("inventory.yaml:16: `policy.windows`: this is not a maintenance window; write weekdays, times and a "
                   "zone in quotes") != std::string::npos);
  CHECK(read(with_number("policy: { windows: [\"Sat,Sun 01:00-05:00\"] }\n")));
}

TEST_CASE("a zone that can't be reckoned with is found at its line, when zones can be asked about") {
  const std::string text = with_number(R"(policy:
  windows:
    - Sat 01:00-05:00 Europe/Berlin
    - Sat 01:00-05:00 Europe/Berln
    - Sat 01:00-05:00 UTC
    - Sat 01:00-05:00
)");
  std::vector<std::string> asked;
  const ZoneCheck check = [&asked](const std::string& zone) -> Result<void> {
    asked.push_back(zone);
    if (zone == "Europe/Berlin") return {};
    return fail("the zone is not known", "write another");
  };
  const auto fleet = read_inventory(text, "inventory.yaml", reader_of({}), check);
  REQUIRE_FALSE(fleet);
  CHECK(to_text(fleet.error()) == "inventory.yaml:19: `policy.windows`: the zone is not known; write another\n");
  CHECK(asked == std::vector<std::string>{"Europe/Berlin", "Europe/Berln"});  // UTC needs no database
  CHECK_FALSE(read_partial_inventory(text, "inventory.yaml", reader_of({}), check));
  CHECK(read(text));
}

TEST_CASE("every key that must be there is asked for") {
  CHECK(findings("graph: {}\nnumbers: [{}]\n") ==
        R"(inventory.yaml:1: `version` is missing; write `version: 1` as the first line
inventory.yaml:1: `graph.token` is missing; write where the access token is to be had, as in env:WAMIGRATE_GRAPH_TOKEN
inventory.yaml:1: `graph.app_id` is missing; copy it from the app's dashboard, and put quotes around it
inventory.yaml:2: the number has no `phone`; give every number its own
inventory.yaml:2: the number has no `phone_number_id`; give every number its own
inventory.yaml:2: the number has no `waba_id`; give it here or under `defaults`
inventory.yaml:2: the number has no `deployment.url`; give every number its own, or write `deployment: gone`
inventory.yaml:2: the number has no `deployment.password`; give it here or under `defaults`
inventory.yaml:2: the number has no `deployment.backup_password`; give it here or under `defaults`
)");
}

TEST_CASE("a value that is there and of no use is not called missing too") {
  CHECK(
      findings(R"(version: 1
graph: { token: env:TOKEN, app_id: x1 }
defaults: { deployment: { password: hunter2, backup_password: env:B } }
numbers:
  - { phone: "+491713920001", phone_number_id: 1, waba_id: 2, deployment: { url: nowhere } }
  - { phone: "+491713920002", phone_number_id: 2, waba_id: 2, deployment: gonne }
)") ==
      R"(inventory.yaml:2: `graph.app_id`: an id is digits alone; copy it from WhatsApp Manager or the app's dashboard, and put quotes around it
inventory.yaml:3: `defaults.deployment.password`: a secret is given in a form that is not a reference (it is not repeated here: it may be the secret); write env:NAME, file:PATH or cmd:COMMAND, and keep the secret itself out of files
inventory.yaml:5: `deployment.url`: this is not a URL of the form https://host:port; write it as https://host:port, as in https://10.0.0.5:9090
inventory.yaml:6: `deployment`: this is neither `gone` nor a map; write url, password and so on
)");
}

TEST_CASE("a value of the wrong form is named by its form") {
  CHECK(findings(with_number("policy: [1]\n")) ==
        "inventory.yaml:16: `policy`: this is a list, not a map; write keys and values, indented below it\n");
  CHECK(findings(with_number("policy: { waves: 5% }\n")) ==
        "inventory.yaml:16: `policy.waves`: this is a single value, not a list; write [one, two, …]\n");
  CHECK(findings(with_number("ledger: { path: a }\n")) ==
        "inventory.yaml:16: `ledger`: this is a map, not a single value; write one value\n");
  CHECK(findings(with_number("ledger:\n")) ==
        "inventory.yaml:16: `ledger`: there is no value; give one, or remove the key\n");
  CHECK(findings(with_number("ledger: |\n  a\n  b\n")) ==
        "inventory.yaml:16: `ledger`: the value holds a line end or a control character; write it on one line, without "
        "them\n");
}

TEST_CASE("amounts, counts and durations out of their range are refused") {
  for (const std::string_view policy : {"waves: [0]",
                                        "waves: [0%]",
                                        "waves: [101%]",
                                        "waves: [2.5%]",
                                        "waves: [-1]",
                                        "waves: [ ]",
                                        "max_failures: 0",
                                        "max_failures: 10 %",
                                        "concurrency: 0",
                                        "concurrency: 99999999999",
                                        "concurrency: 1e3",
                                        "retries: -1",
                                        "soak: 5",
                                        "soak: 5min",
                                        "soak: -5s",
                                        "soak: 1.5s",
                                        "soak: 8761h",
                                        "soak: 99999999999999999999h",
                                        "request_timeout: 0s",
                                        "settle_poll: 0ms",
                                        "retry_initial: 61s",
                                        "{ retry_initial: 5s, retry_max: 4s }"}) {
    CAPTURE(policy);
    const std::string text = policy.starts_with('{') ? std::string(policy) : fmt::format("{{ {} }}", policy);
    CHECK(findings(with_number(fmt::format("policy: {}\n", text))).starts_with("inventory.yaml:16: `policy."));
  }
}

TEST_CASE("broken YAML is one finding with line and column") {
  CHECK(findings("version: 1\ngraph: { token: env:A\nnumbers: []\n") ==
        "inventory.yaml:3: the file is not readable as YAML: end of map flow not found (column 8); mend the YAML at "
        "this place "
        "or just before it: look for a missing quote, bracket, colon or blank\n");
  CHECK(findings("version: 1\n\tgraph: x\n").find("inventory.yaml:2: the file is not readable as YAML") == 0);
  CHECK(findings("version: 1\n---\nversion: 1\n").find("inventory.yaml:2: the file is not readable as YAML") == 0);
  CHECK(findings("? { a: b }\n: c\n").find("a key is not plain text") != std::string::npos);
  CHECK(findings("a: &a [*a]\n").find("inside the value it repeats") != std::string::npos);
}

TEST_CASE("an inventory that is empty or no map is one finding") {
  const std::string empty =
      "inventory.yaml: the inventory is empty; begin with `version: 1`, then `graph` and `numbers`\n";
  CHECK(findings("") == empty);
  CHECK(findings("# nothing yet\n") == empty);
  CHECK(findings("---\n") == empty);
  CHECK(findings("\n- version: 1\n") ==
        "inventory.yaml:2: the inventory is a list, not a map; begin with `version: 1`, then `graph` and `numbers`\n");
  CHECK(findings("hello\n") ==
        "inventory.yaml:1: the inventory is a single value, not a map; begin with `version: 1`, then `graph` and "
        "`numbers`\n");
}

TEST_CASE("an inventory without numbers is refused") {
  CHECK(findings(std::string(head)) ==
        "inventory.yaml:1: the inventory has no numbers; write at least one under `numbers` or in a `numbers_file`\n");
  CHECK(findings(std::string(head) + "numbers: []\n").find("no numbers") != std::string::npos);
}

TEST_CASE("text that is not UTF-8 is refused with its line") {
  CHECK(findings("version: 1\n# M\xFCnchen\n") == "inventory.yaml:2: the file is not UTF-8 text; save it as UTF-8\n");
  for (const std::string_view broken : {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8", "\xC3",
                                        "\xE2\x82", "\xF0\x9F\x98", "\x80"}) {
    CHECK(findings(std::string(broken)).find("not UTF-8") != std::string::npos);
  }
  CHECK(read(with_number("# München, \u20AC, \U0001F600\n")).has_value());
  CHECK(read("\xEF\xBB\xBF" + with_number()).has_value());
}

TEST_CASE("lines that end with CR and LF are counted as one") {
  std::string text = with_number("ledgr: a\n");
  for (std::size_t i = 0; (i = text.find('\n', i)) != std::string::npos; i += 2) text.replace(i, 1, "\r\n");
  CHECK(findings(text) == "inventory.yaml:16: unknown key `ledgr`; did you mean `ledger`?\n");
}

TEST_CASE("a few lines that stand for billions of values are refused quickly") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 12; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("{}*a{}", j == 0 ? "" : ", ", i - 1);
    bomb += "]\n";
  }
  CHECK(findings(bomb).find("more than 4,000,000 values") != std::string::npos);
}

TEST_CASE("deep nesting and files of more than 64 MiB are refused") {
  CHECK(findings(std::string(100'000, '[')).find("nested too deeply") != std::string::npos);
  CHECK(findings("version: 1\n#" + std::string(std::size_t{64} << 20, 'x')) ==
        "inventory.yaml: the file is larger than 64 MiB; split it into several inventories\n");
}

TEST_CASE("findings that no one could read are counted off, not gathered without end") {
  std::string text = "version: 1\n";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("key-number-{}: x\n", i);
  const auto fleet = read(text);
  REQUIRE_FALSE(fleet);
  CHECK(fleet.error().size() == 10'001);
  CHECK(fleet.error().back().message == "there is more than these findings");
}

TEST_CASE("that a business is in none of the excluded regions is vouched for at the number or under defaults") {
  const auto confirmed = [](const std::string& at_default, const std::string& at_number) {
    const auto fleet =
        read("version: 1\ngraph: { token: env:TOKEN, app_id: 1 }\ndefaults: { waba_id: 2" + at_default +
             " }\nnumbers:\n  - { phone: \"+491713920001\", phone_number_id: 3, deployment: gone" + at_number + " }\n");
    REQUIRE(fleet);
    CHECK(to_json(*fleet)["numbers"][0].contains("region_confirmed") == fleet->numbers[0].region_confirmed);
    const auto again = fleet_from_json(to_compact(to_json(*fleet)));
    REQUIRE(again);
    CHECK(again->numbers[0].region_confirmed == fleet->numbers[0].region_confirmed);
    return fleet->numbers[0].region_confirmed;
  };
  CHECK_FALSE(confirmed("", ""));
  CHECK(confirmed(", region_confirmed: true", ""));
  CHECK(confirmed("", ", region_confirmed: true"));
  CHECK_FALSE(confirmed(", region_confirmed: true", ", region_confirmed: false"));
}
