// token: the access-token debugger. One question to Graph, and none about any number.
#include "plan/waves.hpp"
#include "report/token_view.hpp"
#include "steps/token.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;

Result<TokenView> ask(const Fleet& fleet) {
  const auto secrets = secrets_for_real(fleet);
  const auto transport = real_transport();
  const auto client = graph_client_for(fleet, *secrets, *transport);
  if (!client) return tl::make_unexpected(client.error());
  return read_token(**client);
}

int run_token(const Invocation& invocation) {
  const Console& console = invocation.console();
  const std::string file = invocation.text("INVENTORY");
  const auto fleet = load_inventory(file);
  if (!fleet) return console.complain(fleet.error());
  TokenReport report;
  report.inventory = file;
  if (invocation.has("to")) {
    const auto direction = direction_of(invocation);
    if (!direction) return console.complain(direction.error());
    report.direction = *direction;
  }
  const auto numbers = selected(*fleet, invocation);
  if (!numbers) return console.complain(numbers.error());
  const auto token = ask(*fleet);
  if (!token) return console.complain(token.error());
  if (token->asked.how == Asked::How::unreachable) {
    return console.complain(Error{"Graph could not be asked about the token: " + token->asked.detail,
                                  "ask again when it answers: wamigrate token " + file});
  }
  report.fleet.graph = &fleet->graph;
  report.fleet.token = *token;
  for (const std::size_t index : *numbers) report.fleet.numbers.push_back(&fleet->numbers[index]);
  report.fleet.expected_run = expected_length(catalogue(), fleet->policy, report.direction,
                                              std::vector<Facts>(numbers->size(), ordinary_start(report.direction)),
                                              most_of_one_waba(*fleet, *numbers));
  SystemClock clock;
  report.checks = check_token(report.fleet, clock.now());
  const Json json = token_json(report);
  console.print(json);
  console.say(token_text(report, console.colour()));
  return json["ok"].get<bool>() ? all_done : blocked;
}

}  // namespace

Command token_command() {
  return {"token",
          "INVENTORY [--to cloud|onprem]",
          "The access token: validity, expiry against the expected length of the run, scopes, what it reaches.",
          {"INVENTORY"},
          [](auto& add) {
            add("to", po::value<std::string>(), "the direction whose expected length counts; cloud by default");
            add_selection(add);
          },
          run_token};
}

}  // namespace wamigrate::cli
