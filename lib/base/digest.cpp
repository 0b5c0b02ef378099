// SHA-256 from OpenSSL, which uses the processor's own instructions for it: a plan of 100,000 numbers is 90 MB. The
// same digest that any reader can recompute with sha256sum.
#include "base/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "base/result.hpp"

namespace wamigrate {

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  ensure(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1, "OpenSSL has SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  ensure(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "SHA-256 takes any bytes");
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  ensure(EVP_DigestFinal_ex(state_->context.get(), hash.data(), &size) == 1, "SHA-256 ends once");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", hash.at(i));
  return hex;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

}  // namespace wamigrate
