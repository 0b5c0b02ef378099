# The job as a Terraform configuration would do it: a resource a number, whose local-exec moves it.
variable "port" { type = number }
variable "numbers" { type = number }
variable "script" { type = string }

resource "terraform_data" "number" {
  count = var.numbers
  input = count.index
  provisioner "local-exec" {
    command     = "${var.script} one ${var.port} ${count.index}"
    interpreter = ["bash", "-c"]
    quiet       = true
  }
}
