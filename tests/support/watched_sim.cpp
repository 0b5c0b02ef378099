// Test programs that link this watch every simulated exchange: see unsourced.hpp.
#include "sim/delivery.hpp"
#include "support/unsourced.hpp"

namespace wamigrate::sim {
namespace {

[[maybe_unused]] const bool watched = [] {
  listen_to_exchanges([](Side side, const DoorRequest& request, const DoorReply& reply) {
    testing::note_exchange(side == Side::graph, request.method, request.path, reply.status, reply.body);
  });
  return true;
}();

}  // namespace
}  // namespace wamigrate::sim
