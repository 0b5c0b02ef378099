// From a URL to a door and back, without a socket.
#include "sim/sim_transport.hpp"

#include <fmt/format.h>

#include "sim/pictures.hpp"

namespace wamigrate::sim {
namespace {

struct Destination {
  Side side = Side::graph;
  DoorRequest request;
};

tl::unexpected<TransportFailure> failure(TransportFailure::Kind kind, bool maybe_sent, std::string reason) {
  return tl::make_unexpected(TransportFailure{kind, maybe_sent, std::move(reason)});
}

/// The longest way into `url`, up to a slash, that is some deployment's base; empty for none.
std::string deployment_base(const State& state, const std::string& url) {
  for (auto slash = url.rfind('/'); slash != std::string::npos && slash > 0; slash = url.rfind('/', slash - 1)) {
    std::string base = url.substr(0, slash);
    if (state.deployment_by_url.contains(base)) return base;
  }
  return {};
}

std::optional<Destination> destination_of(const State& state, const std::string& url) {
  Destination destination;
  std::string& base = destination.request.base;
  if (url.starts_with("https://pps.whatsapp.net/")) {  // Meta's content network, behind Graph's door here
    destination.request.path = picture_path(state, url);
    return destination;
  }
  if (url.starts_with(state.graph_url + "/")) {
    base = state.graph_url;
  } else {
    base = deployment_base(state, url.substr(0, url.find('?')));
    if (base.empty()) return std::nullopt;
    destination.side = Side::onprem;
    destination.request.deployment = state.deployment_by_url.at(base);
  }
  auto target = split_target(url.substr(base.size()));
  if (!target) return std::nullopt;
  destination.request.path = std::move(target->first);
  destination.request.query = std::move(target->second);
  return destination;
}

std::string whole_url(const HttpRequest& request) {
  if (request.secret_query.empty()) return request.url;
  const char* separator = request.url.find('?') == std::string::npos ? "?" : "&";
  return request.url + separator + std::string(request.secret_query.reveal());
}

HttpResult reply_of(const Delivery& delivery) {
  HttpReply reply;
  reply.status = delivery.reply.status;
  reply.headers = delivery.reply.headers;
  reply.body = Secret(delivery.reply.body);
  return reply;
}

}  // namespace

HttpResult SimTransport::send(const HttpRequest& request) {
  Millis elapsed{0};
  HttpResult result = exchange(request, elapsed);
  if (on_elapsed_) on_elapsed_(elapsed);
  return result;
}

HttpResult SimTransport::exchange(const HttpRequest& request, Millis& elapsed) {
  using Kind = TransportFailure::Kind;
  auto destination = destination_of(*world_.hold(), whole_url(request));
  if (!destination) return failure(Kind::unreachable, false, "no such host");
  destination->request.method = request.method;
  destination->request.authorization = std::string(request.authorization.reveal());
  destination->request.content_type = request.content_type;
  destination->request.body = std::string(request.body.reveal());
  for (const Header& header : request.headers) {
    if (header.name == "file_offset") destination->request.file_offset = header.value;
  }

  const Time sent = world_.now();
  const Delivery delivery = deliver(world_, faults_, destination->side, destination->request);
  const bool waits_in_vain = delivery.manner == Manner::silence || delivery.reply.takes > request.timeout;
  elapsed = waits_in_vain ? request.timeout : delivery.reply.takes;
  carry_out_late(world_, destination->side, delivery, sent + elapsed);
  if (waits_in_vain) return failure(Kind::timeout, true, "no reply in time");
  switch (delivery.manner) {
    case Manner::dropped:
      return failure(Kind::dropped, true, "the connection ended before a reply");
    case Manner::unreachable:
      return failure(Kind::unreachable, false, "connection refused");
    case Manner::half:
      return failure(Kind::garbled, true, "the body was shorter than announced");
    case Manner::huge:
      return failure(Kind::too_large, true, "the reply is too large");
    case Manner::whole:
    case Manner::silence:
      break;
  }
  return reply_of(delivery);
}

}  // namespace wamigrate::sim
